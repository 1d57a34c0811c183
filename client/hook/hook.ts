/** `rdv hook <agent> <event>`: an agent's hook tells the daemon what the agent does, quickly, silently, and never in its way. */
import { isatty } from 'node:tty';
import { findEndpoint } from '../endpoint.js';
import { type QuickClient, quickConnect } from '../quick.js';
import { isNested } from './nesting.js';
import type { Payload } from './payload.js';
import { type Report, reportOf, within } from './report.js';

/** From the start of the process; then it ends, whatever it waits for. */
const LIMIT_MS = 90;
/** What it has all the same when the process was slow to start. */
const LEAST_MS = 60;
/** Of that, what telling is left when no input comes. */
const TELLING_MS = 30;
/** More input is taken, so that the agent can write it, but not read. */
const INPUT_BYTES = 1024 * 1024;

/** Ends the process, always as a success: an agent takes a failure of its hook for a veto. */
export async function runHook(words: readonly string[], version: string): Promise<never> {
  const left = Math.max(LIMIT_MS - performance.now(), LEAST_MS);
  process.on('uncaughtException', end);
  setTimeout(end, left);
  try {
    await tell(words, version, Math.max(left - TELLING_MS, 0));
  } catch {
    // There is nobody to tell it to: the agent must not see it, and the daemon is what failed.
    return end();
  }
  return end();
}

const end = (): never => process.exit(0);

async function tell([agent = '', word, given]: readonly string[], version: string, inputMs: number): Promise<void> {
  const { RDV_SESSION_ID: sessionId } = process.env;
  if (!sessionId) return;
  // Both take their time; neither waits for the other.
  const connected = connect(version);
  connected.catch(() => {});
  const payload = given === undefined ? await readInput(inputMs) : parse(given);
  const event = word ?? String(payload?.hook_event_name ?? '');
  const own = reportOf(agent, event, payload ?? {});
  const told = own && isNested(process.ppid) ? within(own) : own;
  if (!told) return;
  const client = await connected;
  const happenedAt = Math.round(performance.timeOrigin);
  await client?.call('agent/report', { ...told, sessionId, agent: agent as Report['agent'], happenedAt });
}

async function connect(version: string): Promise<QuickClient | undefined> {
  const { socketPath, token } = findEndpoint();
  return quickConnect({ socketPath, token, version, timeoutMs: LIMIT_MS });
}

/** What the agent writes, as soon as it is whole; undefined when it is too much, no JSON, or does not come in time. */
function readInput(ms: number): Promise<Payload | undefined> {
  if (isatty(0)) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = () => resolve(bytes > INPUT_BYTES ? undefined : parse(Buffer.concat(chunks).toString()));
    setTimeout(finish, ms);
    process.stdin.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > INPUT_BYTES) return;
      chunks.push(chunk);
      // Whoever keeps the pipe open is not waited for.
      const payload = chunk.toString().trimEnd().endsWith('}') && parse(Buffer.concat(chunks).toString());
      if (payload) resolve(payload);
    });
    process.stdin.once('end', finish);
    process.stdin.once('error', finish);
  });
}

function parse(text: string): Payload | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Payload) : undefined;
  } catch {
    return undefined;
  }
}
