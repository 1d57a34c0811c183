/** `terminal_run`: a command to its end, with its exit code and the end of what it printed. */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Result } from '#protocol';
import type { RpcError } from '#protocol/errors';
import { failure } from '../failure.js';
import { acts, defineTool } from './define.js';
import { directoryOf } from './directory.js';
import { ownFolder, short } from './find.js';
import { cut, type Tail, tailOf } from './fitting.js';
import { isLost } from './link.js';
import { plain } from './plain.js';
import type { Calling } from './tool.js';

const LONGEST_S = 600;
const OUTPUT_BYTES = 3300;
const PROGRESS_MS = 1000;

export const terminalRun = defineTool({
  name: 'terminal_run',
  description: `Runs a shell command to its end, in a terminal of its own: exit code and end of output. Ended after \`seconds\` (at most ${LONGEST_S}); for longer ones session_create.`,
  input: z.object({
    command: z.string().min(1).max(65_536).describe('For sh.'),
    directory: z.string().min(1).max(4096).optional(),
    seconds: z.number().positive().default(50),
    maxBytes: z.int().min(200).max(200_000).default(OUTPUT_BYTES),
  }),
  output: z.object({
    exitCode: z.int().nullable(),
    timedOut: z.boolean().optional(),
    output: z.string(),
    omittedLines: z.int().optional(),
    seconds: z.number(),
  }),
  hints: acts,
  async run({ command, directory, seconds, maxBytes }, calling) {
    const limit = Math.min(seconds, LONGEST_S);
    const place = directoryOf(calling, directory);
    const folderId = await ownFolder(calling);
    const progressToken = randomUUID();
    const follow = lastLines(calling, limit);
    let sessionId: string | undefined;
    const onProgress = (value: unknown) => {
      sessionId ??= (value as { sessionId?: string }).sessionId;
      follow(value);
    };
    const wanted = {
      command: ['/bin/sh', '-c', command],
      name: cut(command.trim().split('\n')[0]!, 60) || 'sh',
      timeoutMs: Math.ceil(limit * 1000),
      progressToken,
      ...(place !== undefined && { projectPath: place }),
      ...(folderId !== undefined && { folderId }),
    };
    const result = await calling.link
      .call('session/run', wanted, { signal: calling.signal, onProgress })
      .catch((error) => Promise.reject(isLost(error) ? lostOn(sessionId) : error));
    if (result.reason === 'gone')
      throw failure('Gone', 'Its session was closed before the command ended.', 'Run it again if it is still wanted.');
    return answerOf(result, maxBytes, limit, limit < seconds);
  },
});

/** A daemon that was killed leaves the command running; one that only lost us ends it. */
function lostOn(sessionId: string | undefined): RpcError {
  if (sessionId === undefined)
    return failure(
      'Unavailable',
      'The connection to the daemon ended before anybody knew whether the command was begun.',
      'session_list with status "all" shows it under its first words, if it was.',
    );
  const id = short(sessionId);
  return failure(
    'Unavailable',
    `The connection to the daemon ended while the command ran, in session ${id}. It may run on there.`,
    `session_get ${id}; if it is open, terminal_wait until "exit", then terminal_read.`,
  );
}

function answerOf(result: Result<'session/run'>, maxBytes: number, limit: number, clamped: boolean) {
  const { exitCode, elapsedMs, complete } = result;
  const tail = tailOf(plain(result.output).trimEnd(), maxBytes);
  const { text: output, omitted } = tail;
  const timedOut = result.reason === 'timeout';
  const seconds = Math.round(elapsedMs / 100) / 10;
  const notes = [
    timedOut
      ? `Not done after ${limit} s${clamped ? ', the longest there is' : ''}, so it was ended; session_create runs longer ones.`
      : `Exit code ${exitCode} after ${seconds} s.`,
    leftOut(result, tail),
    complete ? undefined : 'Some output is missing: the terminal was lost for a moment.',
  ];
  const structured = {
    exitCode,
    ...(timedOut && { timedOut }),
    output,
    ...(omitted > 0 && { omittedLines: omitted }),
    seconds,
  };
  return {
    structured,
    text: [notes.filter((note) => note !== undefined).join(' '), output].filter(Boolean).join('\n'),
  };
}

function leftOut({ bytes, omittedBytes }: Result<'session/run'>, { omitted, isCut }: Tail): string | undefined {
  const more = 'more with maxBytes, or write to a file.';
  if (isCut || (omittedBytes > 0 && omitted === 0)) return `Only the end of ${bytes} bytes is shown: ${more}`;
  // How many lines the daemon has dropped nobody knows.
  if (omitted > 0) return `${omittedBytes > 0 ? 'More than ' : ''}${omitted} lines before this are left out: ${more}`;
  return undefined;
}

/** Tells the line it is at, once a second at most. */
function lastLines({ progress }: Calling, total: number) {
  const began = performance.now();
  let told = 0;
  let tail = '';
  return (value: unknown) => {
    const { data = '' } = value as { data?: string };
    tail = (tail + Buffer.from(data, 'base64').toString()).slice(-2000);
    const now = performance.now();
    if (now - told < PROGRESS_MS) return;
    told = now;
    const line = plain(tail).trimEnd().split('\n').at(-1) ?? '';
    progress({ progress: Math.round((now - began) / 1000), total, message: cut(line, 100, 'end') });
  };
}
