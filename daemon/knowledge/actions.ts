/** What `knowledge/update` may be asked to do, and what is wrong with what it is given. */
import * as z from 'zod';
import { type KnowledgeAction, knowledgeActions, RpcError } from '#protocol';
import { problems } from '../rpc/issues.js';

/** An action with its data, checked. */
export type Action = {
  readonly [A in KnowledgeAction]: { readonly name: A; readonly data: z.output<(typeof knowledgeActions)[A]> };
}[KnowledgeAction];

/** Throws InvalidParams with UNKNOWN_ACTION, or INVALID_DATA naming the field. No control character stays in any text. */
export function parseAction(name: string, data: unknown): Action {
  if (!Object.hasOwn(knowledgeActions, name)) {
    const known = Object.keys(knowledgeActions).join(', ');
    throw new RpcError(
      'InvalidParams',
      `Expected \`action\` to be one of ${known}, got "${clean(name).slice(0, 60)}".`,
      {
        code: 'UNKNOWN_ACTION',
      },
    );
  }
  const given = { data: clean(data) };
  const parsed = z.object({ data: knowledgeActions[name as KnowledgeAction] }).safeParse(given);
  if (parsed.success) return { name, data: parsed.data.data } as Action;
  const details = problems(parsed.error.issues, given);
  throw new RpcError('InvalidParams', details[0]!.message, { code: 'INVALID_DATA', details });
}

/** The same without control characters but newline and tab: what is kept is shown, written to files and typed. */
function clean<T>(value: T): T;
function clean(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
  if (Array.isArray(value)) return value.map((each) => clean(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [clean(key), clean(each)]));
}
