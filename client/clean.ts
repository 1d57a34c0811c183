/** Text that can drive neither a terminal nor a reader: without control characters, and without what nobody sees. Pure. */

/** On one line, without C0, DEL and C1, so that nothing in a name, path or message can drive the terminal. */
export function clean(text: string): string {
  return text.replace(/[\t\r\n]+/g, ' ').replace(/[\x00-\x1f\x7f-\x9f]/g, '');
}

/** As `clean`, but lines and tabs stay. */
export function cleanLines(text: string): string {
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');
}

/**
 * As `clean`, for text whose place on the line counts: nothing that turns the direction of what follows, has no width or
 * half a character is left. What joins emoji stays.
 */
export function tame(text: string): string {
  return seen(clean(text));
}

/** As `tame`, but lines and tabs stay. */
export function tameLines(text: string): string {
  return seen(cleanLines(text));
}

function seen(text: string): string {
  return text
    .replace(/[\ud800-\udfff]/gu, '\ufffd')
    .replace(/[\u2028\u2029]/g, ' ')
    .replace(
      /[\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu,
      '',
    );
}
