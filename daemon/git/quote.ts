/** Names as they stand in messages: they may hold anything. */

/** One line that does nothing to a terminal. */
export function quote(name: unknown): string {
  const escaped = (c: string) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(String(name)).replace(/[\x7f-\x9f\u2028\u2029]/g, escaped);
}
