/** `rdv run`: a command to its end in a session of its own; its output and its exit code become ours. */
import { randomUUID } from 'node:crypto';
import type { Params, Result } from '#protocol';
import { RpcError } from '#protocol/errors';
import type { Context } from './context.js';
import { startDirectory } from './directory.js';
import { failure } from './fail.js';
import { timeoutOf } from './flags.js';
import { createGuest } from './guest.js';
import { tellError } from './output.js';

export interface RunFlags {
  readonly name?: string;
  readonly directory?: string;
  readonly environment?: Record<string, string>;
  readonly keep?: boolean;
}

/** Output that waits for a slow reader of ours, and then? What comes next is skipped, and said to be missing. */
const WAITING_BYTES = 16 * 1024 * 1024;

/** Sets the exit code to the command's. Throws Timeout when --timeout ended it, Gone when its session went away. */
export async function run(context: Context, command: readonly string[], flags: RunFlags): Promise<void> {
  const { output } = context;
  const params = paramsOf(context, command, flags);
  const result = output.json
    ? await context.call('session/run', params)
    : await runShown(context, { ...params, encoding: 'base64' });
  if (output.json) output.object(result);
  if (flags.keep) output.note(`Its session is kept: ${result.sessionId}`);
  output.exit(exitCodeOf(result, context.flags.timeout));
}

function paramsOf(
  { flags: global, host }: Context,
  command: readonly string[],
  flags: RunFlags,
): Params<'session/run'> {
  const timeoutMs = timeoutOf(global);
  return {
    command: [...command],
    ...startDirectory(host, flags.directory),
    ...(flags.name !== undefined && { name: flags.name }),
    ...(flags.environment && { environment: flags.environment }),
    ...(flags.keep && { keep: true }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
}

/** Prints what comes while it comes. What came too fast for our own output is said to be missing. */
async function runShown(context: Context, params: Params<'session/run'>): Promise<Result<'session/run'>> {
  const client = await context.client();
  const progressToken = randomUUID();
  const guest = createGuest();
  let shown = 0;
  let missing = 0;
  let session: string | undefined;
  const show = (offset: number, data: Buffer) => {
    const fresh = data.subarray(Math.max(0, shown - offset));
    missing += Math.max(0, offset - shown);
    shown = Math.max(shown, offset + data.length);
    if (fresh.length > 0) guest.write(fresh);
  };
  const leave = client.on('$/progress', ({ token, value }) => {
    if (token !== progressToken) return;
    const { offset, data, sessionId } = value as { offset: number; data: string; sessionId?: string };
    session = sessionId ?? session;
    if (process.stdout.writableLength <= WAITING_BYTES) show(offset, Buffer.from(data, 'base64'));
  });
  try {
    const result = await context.callHeard('session/run', { ...params, progressToken });
    show(result.omittedBytes, Buffer.from(result.output, 'base64'));
    if (missing > 0)
      tellError(`rdv: ${missing} bytes of output are missing above: they came faster than they were read.\n`);
    if (!result.complete)
      tellError('rdv: output is missing above: the daemon lost sight of the terminal for a moment.\n');
    return result;
  } catch (error) {
    throw toldOf(error, session);
  } finally {
    leave();
    guest.end();
  }
}

/** What became of the command, where the failure itself does not tell. */
function toldOf(error: unknown, session: string | undefined): unknown {
  if (!(error instanceof RpcError)) return error;
  if (error.kind === 'Cancelled') return failure('Cancelled', 'Interrupted; the command was ended.', 'Run it again.');
  if (error.data.code !== 'CONNECTION_LOST' || !session) return error;
  const short = session.slice(0, 8);
  return failure(
    'Unavailable',
    `The daemon was lost; the command may go on in session ${short}.`,
    `See it with \`rdv attach ${short}\`, end it with \`rdv close ${short}\`.`,
  );
}

function exitCodeOf({ reason, exitCode, sessionId }: Result<'session/run'>, timeout: string | undefined): number {
  if (reason === 'exited') return exitCode ?? 1;
  if (reason === 'gone') {
    throw failure('Gone', `Session ${sessionId} was closed before the command ended.`, 'Run it again.');
  }
  const after = timeout === undefined ? '10 minutes' : `${timeout} ms`;
  throw failure(
    'Timeout',
    `The command was ended after ${after}.`,
    'Allow more time: `--timeout 3600000` is an hour. It gets no input: a command that asks waits in vain.',
  );
}
