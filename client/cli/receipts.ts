/** Text for agents on the command line: `rdv inject`, and what became of what was typed. */
import type { Params, Receipt, Result } from '#protocol';
import { errors } from '#protocol/errors';
import { type Listing, shortIds } from '../pick.js';
import type { Context } from './context.js';
import { failure } from './fail.js';
import type { Output } from './output.js';
import { resolveId } from './resolve.js';
import { formatTable } from './table.js';
import { ago, clean, tame } from './text.js';

export interface InjectFlags {
  readonly mode?: 'now' | 'whenIdle' | 'queue';
  readonly wait?: 'queued' | 'submitted' | 'completed';
  readonly ttlMs?: string;
  readonly submit: boolean;
  readonly reason?: string;
  readonly key?: string;
}

/** Sets the exit code as `exitOf`. */
export async function inject(
  context: Context,
  given: string,
  words: readonly string[],
  flags: InjectFlags,
): Promise<void> {
  const { mode, wait, ttlMs, submit, reason, key } = flags;
  const params: Params<'agent/send'> = {
    sessionId: await resolveId(context.call, given),
    text: words.length === 1 && words[0] === '-' ? await standardInput(context) : words.join(' '),
    ...(mode && { mode }),
    ...(wait && { wait }),
    ...(ttlMs !== undefined && { ttlMs: millisecondsOf(ttlMs) }),
    ...(!submit && { submit }),
    ...(reason !== undefined && { reason }),
    ...(key !== undefined && { idempotencyKey: key }),
  };
  const receipt = await context.call('agent/send', params);
  context.output.exit(exitOf(receipt));
  if (context.output.json) context.output.object(receipt);
  else showReceipt(context.output, receipt);
}

async function standardInput({ isOneOfMany }: Context): Promise<string> {
  if (isOneOfMany)
    throw failure('InvalidParams', "The standard input is the shell's here.", 'Give the text itself, in quotes.');
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString().replace(/\n$/, '');
}

function millisecondsOf(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw failure('InvalidParams', `Expected --ttl-ms to be milliseconds, got "${text}".`, 'Try `--ttl-ms 60000`.');
}

/** 0 as far as it was to go, 1 when it went nowhere or nobody can say, 124 when its time was over. */
export function exitOf({ state }: Pick<Receipt, 'state'>): number {
  if (state === 'expired') return errors.Timeout.exit;
  return state === 'refused' || state === 'indeterminate' ? 1 : 0;
}

const stateWords: Readonly<Record<Receipt['state'], string>> = {
  ...{ queued: 'waits', typed: 'typed', submitted: 'submitted', turnStarted: 'works on it', completed: 'done' },
  ...{ refused: 'refused', expired: 'given up', indeterminate: 'nobody can say' },
};

/** What went wrong is told as any failure: cause and cure. */
export function showReceipt(output: Output, receipt: Receipt): void {
  const { id, state, code, reason, removed, evidence, sessionId } = receipt;
  if (output.columns === undefined) output.data(`${[id, state, code ?? '-', clean(reason ?? '-')].join('\t')}\n`);
  else output.data(`${stateWords[state]}  ${output.colors.dim(`receipt ${id.slice(0, 8)}`)}\n`);
  if (removed.length > 0) output.note(`Taken out of the text: ${clean(removed.join(', '))}.`);
  if (exitOf(receipt) === 0) {
    if (state === 'queued') output.note(`\`rdv injection get ${id.slice(0, 8)}\` tells how it goes on.`);
    return;
  }
  if (evidence.length > 0) output.note(`Seen: ${clean(evidence.join('; '))}.`);
  const cause = reason ?? `It was ${stateWords[state]}.`;
  output.fail({
    cause: clean(cause),
    cure: cures[code ?? '']?.replace('<session>', sessionId.slice(0, 8)) ?? cureOf(state, sessionId),
    code: code ?? state,
  });
}

const WHEN_IDLE = 'Have it wait until the agent is idle: `--mode whenIdle`.';
const cures: Readonly<Record<string, string>> = {
  AGENT_BLOCKED: 'Answer what it asks first: `rdv interaction list`.',
  AGENT_BUSY: WHEN_IDLE,
  AGENT_STARTING: WHEN_IDLE,
  AGENT_LIMITED: WHEN_IDLE,
  AGENT_UNKNOWN: 'See what is known of it: `rdv agent explain <session>`.',
  AGENT_AUTH_FAILED: 'Log in there: `rdv attach <session>`.',
  DRAFT_PRESENT: 'Somebody is typing there: attach and send or clear it, or wait with `--mode whenIdle`.',
  SESSION_SUSPENDED: 'Resume it: `rdv session resume <session>`.',
};

function cureOf(state: Receipt['state'], sessionId: string): string {
  const session = sessionId.slice(0, 8);
  if (state === 'expired') return 'Allow more time with --ttl-ms, and see what it does: `rdv watch`.';
  return state === 'indeterminate'
    ? `It is never typed twice; see for yourself: \`rdv screen ${session}\`.`
    : `See what it does: \`rdv agent explain ${session}\`.`;
}

export async function showReceipts(output: Output, { receipts }: Result<'injection/list'>, now: number): Promise<void> {
  if (receipts.length === 0) return output.note('None. `rdv inject <session> <text>` makes one.');
  const { columns, colors } = output;
  const short = columns === undefined ? (id: string) => id : shortIds(receipts);
  const rows = receipts.map(({ id, sessionId, state, bytes, createdAt, code, reason }) => [
    ...[short(id), columns === undefined ? sessionId : sessionId.slice(0, 8), state, String(bytes)],
    columns === undefined ? String(createdAt) : ago(createdAt, now),
    ...[code ?? '-', tame(reason ?? '-')],
  ]);
  const paint = (text: string, column: number, row: number) =>
    column === 2 && exitOf(receipts[row]!) !== 0 ? colors.red(text) : text;
  const header = ['ID', 'SESSION', 'STATE', 'BYTES', 'MADE', 'CODE', 'REASON'];
  output.data(await formatTable(header, rows, [6], { paint, ...(columns !== undefined && { columns }) }));
}

/** Named by the beginning of its id alone, among the newest. */
export const receipts: Listing<Receipt & { readonly name: string }> = {
  noun: 'receipt',
  list: 'rdv injection list',
  describe: ({ state, createdAt }) => `${state}, ${new Date(createdAt).toLocaleString()}`,
  rows: async (call) =>
    (await call('injection/list', { limit: 500 })).receipts.map((receipt) => ({ ...receipt, name: receipt.id })),
};
