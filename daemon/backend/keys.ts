/** The names of keys, as tmux has them. */
import { RpcError } from '#protocol/errors';

/** Throws InvalidParams for a name that is no key; `Enter`, `C-c`, `M-x`, `S-Up`, `F5` are some. */
export function checkKeys(keys: readonly string[]): void {
  for (const key of keys) checkKey(key);
}

const NAMED =
  /^([CMS]-)*(.|Enter|Escape|Tab|BTab|Space|BSpace|Up|Down|Left|Right|Home|End|PageUp|PageDown|PgUp|PgDn|PPage|NPage|IC|DC|Insert|Delete|F([1-9]|1[0-2]))$/u;

function checkKey(key: string): void {
  if (NAMED.test(key)) return;
  throw new RpcError('InvalidParams', `Expected a key name such as Enter, Escape, Up, C-c or F5, got "${key}".`);
}
