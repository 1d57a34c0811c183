/** What others wrote, as it stands in messages: it may hold anything. */

/** One line that does nothing to a terminal. */
export function quote(name: unknown): string {
  return printable(JSON.stringify(String(name)));
}

/** Control characters as escapes; newlines too. */
export function printable(text: string): string {
  return text.replace(
    /[\x00-\x1f\x7f-\x9f\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
