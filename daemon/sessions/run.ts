/** Runs a command to its end: a session made, its output collected, its end awaited, the session closed. */
import { randomUUID } from 'node:crypto';
import { limits, type Parsed, type Result, RpcError, type runMethods, type Session } from '#protocol';
import { refuseLoaders } from '../rpc/environment.js';
import type { Caller, Handlers } from '../rpc/handlers.js';
import { type CloseDeps, closeSession } from './close.js';
import { type Collector, createCollector, LAUNCHER } from './collect.js';
import { type CreateDeps, createSession } from './create.js';
import { isLive } from './session.js';

export interface RunDeps extends CreateDeps, CloseDeps {
  readonly backend: CreateDeps['backend'] & CloseDeps['backend'];
  /** Aborted when the daemon begins to stop. */
  readonly ending: AbortSignal;
  /** The bytes of a pane, as they come; see the terminals. */
  output(pane: number): PaneOutput;
}

/** A pane's bytes for one who hears them inside the daemon. */
export interface PaneOutput {
  /** Place after the newest byte. */
  here(): { readonly offset: number };
  read(offset: number, length: number): Buffer;
  tap(tap: { data(data: Buffer): void; hole(): void; ended(): void }): () => void;
}

type Wanted = Parsed<'session/run'>;
type Reason = Result<'session/run'>['reason'];

/** Of a session's history, for those who look in while it runs. */
const HISTORY_LINES = 10_000;
/** Output that waits for a caller who is told it as it comes, and then? What he is too slow for is skipped. */
const TOLD_BYTES = 8 * 1024 * 1024;
/** Output in one notification. */
const PIECE_BYTES = 128 * 1024;

const isTold = ({ progressToken }: Wanted) => progressToken !== undefined;

export function runHandlers(deps: RunDeps): Handlers<typeof runMethods> {
  return {
    async 'session/run'(wanted, caller) {
      refuseLoaders(wanted.environment, caller.identity);
      const started = performance.now();
      const mark = randomUUID();
      const session = await createSession(deps, caller, createParams(wanted), (argv) => [
        ...['/bin/sh', '-c', LAUNCHER, 'rdv', mark],
        ...argv,
      ]);
      const collector = createCollector(mark, Math.max(wanted.maxBytes, isTold(wanted) ? TOLD_BYTES : 0));
      const { reason, complete } = await follow(deps, session, collector, wanted, caller);
      if (caller.signal.aborted) throw new RpcError('Cancelled', 'The run was cancelled, and its command ended.');
      if (deps.ending.aborted && reason === 'gone')
        throw new RpcError('Unavailable', `The daemon is stopping; ${goesOn(deps, session)}`);
      return {
        sessionId: session.id,
        reason,
        exitCode: reason === 'exited' ? (collector.exitCode ?? deps.store.find(session.id)?.exit?.code ?? null) : null,
        ...written(collector, wanted),
        bytes: collector.bytes,
        complete,
        elapsedMs: Math.round(performance.now() - started),
      };
    },
  };
}

const goesOn = ({ backend }: RunDeps, { id }: Session) =>
  backend.kind === 'tmux'
    ? `the command goes on in session ${id}. See it with \`rdv attach ${id.slice(0, 8)}\`.`
    : 'the command, which runs without tmux, ends with it.';

function createParams({ command, name, ...rest }: Wanted) {
  const shown = command.join(' ').trim().slice(0, 80) || 'run';
  const { projectPath, folderId, environment, cols, rows } = rest;
  const start = { command, name: name ?? shown, projectPath, folderId, environment, cols, rows };
  return { ...start, historyLimit: HISTORY_LINES };
}

/** Collects until the command has ended, time is up, the caller leaves or the window is gone; then closes the session. */
async function follow(
  deps: RunDeps,
  session: Session,
  collector: Collector,
  wanted: Wanted,
  caller: Caller,
): Promise<{ reason: Reason; complete: boolean }> {
  const output = deps.output(deps.places.get(session.id).pane);
  const over = createOver(deps, session.id, collector, wanted.timeoutMs, caller.signal);
  const telling = isTold(wanted) ? createTelling(collector, caller) : undefined;
  const tell = () => telling?.tell();
  caller.progress({ sessionId: session.id, offset: 0, data: '' });
  let complete = true;
  const take = (data: Buffer) => {
    collector.take(data);
    tell();
    if (collector.exitCode !== undefined) over.look();
  };
  // What was printed before we listened.
  take(output.read(0, output.here().offset));
  const leave = [output.tap({ data: take, hole: () => (complete = false), ended: over.look })];
  leave.push(deps.places.listen(session.id, over.look), caller.peer.onDrain(tell));
  try {
    const reason = await over.reason;
    collector.end();
    if (collector.exitCode === undefined && reason === 'exited') complete = false;
    if (!deps.ending.aborted) await finish(deps, session, collector, wanted.keep && reason === 'exited');
    await telling?.toldAll(AbortSignal.any([caller.signal, deps.ending]));
    return { reason, complete };
  } finally {
    over.close();
    for (const go of leave) go();
  }
}

/** Settles with why it is over; `look` is called when something about the session may have changed. */
function createOver(deps: RunDeps, id: string, collector: Collector, timeoutMs: number, signal: AbortSignal) {
  let settle: (reason: Reason) => void = () => {};
  const reason = new Promise<Reason>((resolve) => {
    settle = resolve;
  });
  const late = setTimeout(() => settle('timeout'), timeoutMs);
  const stop = () => settle('gone');
  for (const end of [signal, deps.ending]) end.addEventListener('abort', stop, { once: true });
  if (signal.aborted || deps.ending.aborted) stop();
  return {
    reason,
    look() {
      const session = deps.store.find(id);
      if (!session || !isLive(session)) settle('gone');
      else if (collector.exitCode !== undefined || session.exit) settle('exited');
    },
    close() {
      clearTimeout(late);
      for (const end of [signal, deps.ending]) end.removeEventListener('abort', stop);
    },
  };
}

/** Writes down how it ended, and closes it unless it is kept. Somebody else may have closed it meanwhile. */
async function finish(deps: RunDeps, { id, userId }: Session, { exitCode }: Collector, keep: boolean): Promise<void> {
  await deps.lock(`session ${id}`, async () => {
    const session = deps.store.find(id);
    if (!session || !isLive(session) || keep) return;
    if (exitCode !== undefined) deps.store.save({ ...session, exit: { code: exitCode, signal: null, at: deps.now() } });
    // A command that is ended before its time is ended whatever it does about it.
    await closeSession(deps, userId, id, exitCode === undefined);
  });
}

/** Sends what is new as progress, as fast as the caller reads; what it is too slow for is skipped, as the places tell. */
function createTelling(collector: Collector, { peer, progress }: Caller) {
  let sent = 0;
  const tell = () => {
    while (sent < collector.bytes && peer.unsent < limits.outboundSoftBytes) {
      const offset = Math.max(sent, collector.start);
      const data = collector.from(offset, PIECE_BYTES);
      sent = offset + data.length;
      progress({ offset, data: data.toString('base64') });
    }
    return sent >= collector.bytes;
  };
  return {
    tell,
    /** Resolves once all was sent; a caller that reads nothing is waited for until he leaves or the daemon stops. */
    async toldAll(signal: AbortSignal): Promise<void> {
      while (!tell() && !signal.aborted) await drained(peer, signal);
    },
  };
}

function drained(peer: Caller['peer'], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      leave();
      signal.removeEventListener('abort', over);
      resolve();
    };
    const leave = peer.onDrain(over);
    signal.addEventListener('abort', over, { once: true });
  });
}

/** The newest bytes, as many as are wanted; as text, from the beginning of a character on, and no more than an answer can hold. */
function written(collector: Collector, { encoding, maxBytes }: Wanted): { output: string; omittedBytes: number } {
  const start = Math.max(collector.start, collector.bytes - maxBytes);
  const kept = collector.from(start);
  if (encoding === 'base64') return { output: kept.toString('base64'), omittedBytes: start };
  let from = start === 0 ? 0 : characterAt(kept, 0);
  let output = kept.toString('utf8', from);
  // A control character is six in JSON.
  while (Buffer.byteLength(JSON.stringify(output)) > ANSWER_BYTES) {
    from = characterAt(kept, Math.ceil((from + kept.length) / 2));
    output = kept.toString('utf8', from);
  }
  return { output, omittedBytes: start + from };
}

const ANSWER_BYTES = limits.bodyBytes - 64 * 1024;

/** The place itself, or behind the rest of a character whose beginning is before it. */
function characterAt(bytes: Buffer, place: number): number {
  let at = place;
  while (at < place + 3 && (bytes[at]! & 0xc0) === 0x80) at++;
  return at;
}
