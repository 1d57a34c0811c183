/** `rdv attach`: a session in the user's own terminal, until the keys that leave it, its end, or the loss of the daemon. */
import { once } from 'node:events';
import type { Session } from '#protocol';
import { errors } from '#protocol/errors';
import { openTerminal, type Terminal, type TerminalEvent } from '../terminal.js';
import { createChord, type Typed } from './chord.js';
import type { Context } from './context.js';
import { failure } from './fail.js';
import { openHands, type Rights } from './keys.js';
import { FRESH, freshKeeping } from './modes.js';
import { tellError } from './output.js';
import { createQueryFilter } from './queries.js';
import { takeTerminal } from './rawmode.js';
import { terminalSize } from './size.js';
import { clean } from './text.js';

export interface AttachFlags {
  readonly detachKeys?: string;
  readonly readOnly?: boolean;
  readonly resize?: boolean;
  readonly force?: boolean;
}

type End = Extract<TerminalEvent, { type: 'exit' | 'closed' }> | { readonly type: 'detached' };

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

/** Resumes a suspended session first. Sets the exit code: 0 however the session was left or ended, 69 when the daemon was lost. */
export async function attach(context: Context, session: Session, flags: AttachFlags): Promise<void> {
  refuseWithoutTerminal();
  refuseNesting(session, flags);
  const chord = createChord(flags.detachKeys ?? 'ctrl-],d');
  if (session.status === 'suspended') await context.call('session/resume', { id: session.id });
  const size = flags.readOnly || flags.resize === false ? undefined : terminalSize();
  const mode = flags.readOnly ? 'ro' : 'rw';
  const terminal = await openTerminal(await context.client(), { sessionId: session.id, mode, ...size });
  const name = clean(session.name);
  const taken = takeTerminal((signal) => `[detached from ${name}: ${signal}]`, context.flags.debug === true);
  let end: End;
  try {
    end = await follow(terminal, chord, { types: !flags.readOnly, resizes: size !== undefined });
  } finally {
    // Nothing is drawn from here on. A daemon that does not answer is not waited for: the connection's end says the same.
    terminal.close().catch(() => {});
    taken.restore();
  }
  tellError(`[${farewell(end, name)}]\n`);
  if (end.type === 'closed' && !['suspended', 'closed', 'gone'].includes(end.reason))
    process.exitCode = errors.Unavailable.exit;
}

function refuseNesting({ id, name }: Session, { force }: AttachFlags): void {
  if (force || process.env.RDV_SESSION_ID !== id) return;
  throw failure(
    'InvalidParams',
    `This terminal is inside "${name}": it would show itself.`,
    'Detach first, or add --force.',
  );
}

/** Until the keys to leave are typed or the stream ends; whatever fails on the way throws. */
async function follow(terminal: Terminal, chord: (chunk: Uint8Array) => Typed, rights: Rights): Promise<End> {
  const hands = openHands(terminal, chord, rights);
  try {
    return await Promise.race([play(terminal), hands.left.then(() => ({ type: 'detached' }) as const)]);
  } finally {
    hands.stop();
  }
}

/** Draws what comes; the last event is the answer. */
async function play(terminal: Terminal): Promise<End> {
  const withoutQueries = createQueryFilter();
  for await (const event of terminal) {
    if (event.type === 'exit' || event.type === 'closed') return event;
    if (event.type === 'data') await draw(withoutQueries(event.data));
    if (event.type === 'snapshot') {
      await draw(event.reset ? FRESH : freshKeeping(process.stdout.rows ?? event.rows));
      await draw(event.data);
    }
  }
  return { type: 'detached' };
}

async function draw(data: Uint8Array | string): Promise<void> {
  if (!process.stdout.write(data)) await once(process.stdout, 'drain');
}

function farewell(end: End, name: string): string {
  if (end.type === 'detached') return `detached from ${name}`;
  if (end.type === 'exit') return end.code === null ? `${name} ended` : `${name} exited with code ${end.code}`;
  const reasons = {
    suspended: `${name} was suspended`,
    closed: `${name} was closed`,
    gone: `the terminal of ${name} is gone`,
    stopping: 'lost the daemon: it is stopping; the session lives on',
    slow: 'lost the daemon: this terminal was too slow',
    lost: 'lost the daemon: the connection ended; the session lives on',
  };
  return reasons[end.reason];
}
