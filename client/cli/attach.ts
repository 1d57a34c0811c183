/** `rdv attach`: a session in the user's own terminal, until the keys that leave it or its end; a lost daemon is waited for. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Session } from '#protocol';
import { errors } from '#protocol/errors';
import { type FollowedEvent, followTerminal } from '../follow.js';
import { type AwayLine, createAwayLine, lastRow } from './away.js';
import { createChord } from './chord.js';
import type { Context } from './context.js';
import { failure, tellFailure } from './fail.js';
import { type End, endWhileAway, farewell, missingKeys } from './farewell.js';
import { openHands } from './keys.js';
import { FRESH, freshKeeping } from './modes.js';
import { tellError, writeOut } from './output.js';
import { createQueryFilter } from './queries.js';
import { takeTerminal } from './rawmode.js';
import { terminalSize } from './size.js';
import { createTelling, type Telling } from './telling.js';
import { clean } from './text.js';

export interface AttachFlags {
  readonly detachKeys?: string;
  readonly readOnly?: boolean;
  readonly resize?: boolean;
  readonly force?: boolean;
}

/** How long the daemon may be away; RDV_AWAY_MS is for tests and for the patient. */
const AWAY_MS = Number(process.env.RDV_AWAY_MS) || undefined;
/** Unless told: a daemon is back soon, a machine when its network is. */
const USUAL_AWAY_MS = { daemon: 30_000, machine: 600_000 };
const DETACH_KEYS = 'ctrl-],d';
/** How long the daemon may take to take leave of us. */
const CLOSE_MS = 250;

export function hasTerminal(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

export function refuseWithoutTerminal(): void {
  if (hasTerminal()) return;
  throw failure(
    'InvalidParams',
    'attach needs a terminal on both sides.',
    'Use `rdv screen <id>` to read and `rdv send <id>` to type.',
  );
}

/**
 * Resumes a suspended session first. Survives the loss of the connection and of the daemon, which it starts again unless
 * somebody stopped it. Sets the exit code: 0 however the session was left or ended, 69 when the daemon did not come back.
 */
export async function attach(context: Context, session: Session, flags: AttachFlags): Promise<void> {
  refuseWithoutTerminal();
  refuseNesting(session, flags);
  const chord = createChord(flags.detachKeys ?? DETACH_KEYS);
  if (session.status === 'suspended') await context.call('session/resume', { id: session.id });
  const size = flags.readOnly || flags.resize === false ? undefined : terminalSize();
  const name = clean(session.name);
  const line = createAwayLine({ draw: () => drawBelow(awayText(flags, context.host)), erase: () => drawBelow('') });
  const telling = createTelling({
    write: (text) => void process.stdout.write(text),
    environment: process.env,
    sessionId: session.id,
  });
  const terminal = followTerminal({
    async connect(loss) {
      // A daemon that was stopped is not started behind the back of whoever stopped it.
      const client = await (loss === 'stopping' ? context.clientIfRunning() : context.client());
      telling.hear(client);
      return client;
    },
    open: line.open,
    sessionId: session.id,
    mode: flags.readOnly ? 'ro' : 'rw',
    // Without tmux the session ended with its daemon.
    giveUpMs: session.backend === 'tmux' || context.host ? (AWAY_MS ?? awayMs(context)) : CLOSE_MS,
    ...size,
  });
  const events = terminal[Symbol.asyncIterator]();
  const first = await events.next();
  const hands = openHands(terminal, chord, { types: !flags.readOnly, resizes: size !== undefined });
  const leaving = () => missingKeys(hands.missing + terminal.unsentBytes);
  const debug = context.flags.debug === true;
  const taken = takeTerminal((signal) => `[detached from ${name}: ${signal}${leaving()}]`, debug);
  let end: End;
  let note = '';
  try {
    const played = play(first, events, { line, telling }).catch((error) => endWhileAway(context, session, error));
    end = await Promise.race([played, hands.left.then(() => ({ type: 'detached' }) as const)]);
    // Keys on their way when the session ends have nowhere to arrive.
    note = end.type === 'detached' ? leaving() : missingKeys(hands.missing);
  } finally {
    hands.stop();
    line.end();
    // Nothing is drawn from here on.
    const closed = terminal.close().catch(() => {});
    taken.restore();
    // A viewer that leaves gives the size back at once, one that is lost is waited for. A hanging daemon is not.
    await Promise.race([closed, delay(CLOSE_MS, undefined, { ref: false })]);
  }
  tellError(`[${farewell(end, session)}${note}]\n`);
  if (end.type !== 'closed' || ['suspended', 'closed', 'gone'].includes(end.reason)) return;
  if (end.cause) tellFailure(end.cause, debug, context.output.fail);
  context.output.exit(errors.Unavailable.exit);
}

function refuseNesting({ id, name }: Session, { force }: AttachFlags): void {
  if (force || process.env.RDV_SESSION_ID !== id) return;
  throw failure(
    'InvalidParams',
    `This terminal is inside "${name}": it would show itself.`,
    'Detach first, or add --force.',
  );
}

type Events = AsyncIterator<FollowedEvent>;

/** Draws what comes; the last event is the answer. */
async function play(
  first: IteratorResult<FollowedEvent>,
  events: Events,
  { line, telling }: { line: AwayLine; telling: Telling },
): Promise<End> {
  let withoutQueries = createQueryFilter();
  const show = async (data: Uint8Array | string) => {
    const written = writeOut(data);
    // What is told while that waits for room comes behind it.
    telling.wrote(data);
    await written;
  };
  for (let next = first; !next.done; next = await events.next()) {
    const event = next.value;
    if (event.type === 'exit' || event.type === 'closed') return event;
    if (event.type === 'data') await show(withoutQueries(event.data));
    if (event.type === 'snapshot') {
      withoutQueries = createQueryFilter();
      await show(event.reset ? FRESH : freshKeeping(process.stdout.rows ?? event.rows));
      await show(event.data);
    }
    if (event.type === 'back') line.end();
    if (event.type === 'away') {
      line.begin();
      // A large paste may have paused it; the keys to leave must be read.
      process.stdin.resume();
    }
  }
  return { type: 'detached' };
}

function drawBelow(text: string): void {
  process.stdout.write(lastRow(text, process.stdout.columns ?? 80, process.stdout.rows ?? 24));
}

const awayMs = ({ host }: Context) => USUAL_AWAY_MS[host === undefined ? 'daemon' : 'machine'];

function awayText({ detachKeys, readOnly }: AttachFlags, host = 'the daemon'): string {
  const leave = detachKeys ? `${detachKeys} leaves` : 'Ctrl-] d leaves';
  return readOnly ? `[${host} is away; ${leave}]` : `[${host} is away; keys wait; ${leave}]`;
}
