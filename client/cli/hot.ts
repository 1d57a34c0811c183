/** The commands that run often, each a call or two; the quick path and the full program share them. */
import type { MethodName, Params, Result, SessionStatus } from '#protocol';
import { wholeList } from '../meant.js';
import { failure } from './fail.js';
import type { Output } from './output.js';
import { resolveId } from './resolve.js';
import { showScreen, showSessions } from './sessions.js';

export interface Caller {
  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>>;
  readonly output: Output;
}

export interface ListOptions {
  readonly all?: boolean;
  /** Comma-separated. */
  readonly status?: string;
  readonly folderId?: string;
}

export async function list({ call, output }: Caller, { all, status, folderId }: ListOptions): Promise<void> {
  const wanted = status?.split(',') ?? (all ? ['active', 'suspended', 'closed', 'trashed'] : undefined);
  // The daemon checks the words; its message names the ones there are.
  const result = await wholeList(call, {
    ...(wanted && { status: wanted as SessionStatus[] }),
    ...(folderId !== undefined && { folderId }),
  });
  await showSessions(output, result, Date.now());
}

export interface SendOptions {
  readonly enter?: boolean;
  /** Comma-separated. */
  readonly keys?: string;
}

export async function send(
  { call, output }: Caller,
  given: string,
  words: readonly string[],
  options: SendOptions,
): Promise<void> {
  const { enter = false, keys } = options;
  if (words.length === 0 && !enter && !keys) {
    throw failure(
      'InvalidParams',
      'Nothing to send.',
      'Give a text, --keys or --enter: `rdv send <id> "npm test" --enter`.',
    );
  }
  const id = await resolveId(call, given);
  const result = await call('session/send', { id, text: words.join(' '), keys: keys ? keys.split(',') : [], enter });
  if (output.json) output.object(result);
}

export async function screen(
  { call, output }: Caller,
  given: string,
  { lines = '0' }: { readonly lines?: string },
): Promise<void> {
  if (!/^\d+$/.test(lines))
    throw failure('InvalidParams', `Expected --lines to be a whole number, got "${lines}".`, 'Try `--lines 100`.');
  const id = await resolveId(call, given);
  showScreen(output, await call('session/scrollback', { id, lines: Number(lines) }));
}
