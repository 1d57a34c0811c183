/** What a screen says once all is left out that moves without meaning anything: spinners, clocks, counters. */

/** One screen, read. What is kept of it makes reading the next one cheap: only lines that changed are read anew. */
export interface Content {
  readonly lines: readonly string[];
  readonly said: readonly string[];
  /** Equal for screens that say the same. */
  readonly hash: number;
}

/** `before` is the screen of the same session that was read before this one. */
export function contentOf({ lines }: { readonly lines: readonly string[] }, before?: Content): Content {
  const said = lines.map((line, at) => (before?.lines[at] === line ? before.said[at]! : sayingOf(line)));
  // Draft lines were read like all others, so that they can be kept; what a person types is nobody's progress.
  const draft = said.findLastIndex((line) => DRAFT.test(line));
  const hash = hashOf(draft < 0 ? said : said.with(draft, ''));
  return { lines, said, hash };
}

/** Whether anything at all differs: a spinner that turns, a clock that goes on. */
export function moved({ lines }: Content, before: Content): boolean {
  return lines.length !== before.lines.length || lines.some((line, at) => line !== before.lines[at]);
}

/** What stands in a prompt box, framed or not. */
const DRAFT = /^\s*[│┃|]?\s*[❯›>](\s|$)/;

/** A line that says that its agent works, in words that change for the fun of it. */
const STATUS = [
  /\besc (to )?(interrupt|cancel)\b/i,
  /^\s*[*·✢✳✶✻✽•◦⠀-⣿◐-◓]\s+\S.*(…|\.\.\.)/,
  /[■⬝]{4}/,
  /^\s*⎿?\s*Tip: /,
];

const UNITS = 'ms|secs?|seconds?|s|mins?|minutes?|m|hours?|hrs?|h';

/** In this order. */
const COSMETIC: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/[⠀-⣿◐-◓◜-◟◴-◷✢✳✶✻✽]/g, '*'],
  [/^(\s*)[-|/\\*·•◦](?=\s)/, '$1*'],
  [/\s[-|/\\]$/, ' *'],
  // A place in a file, as in `a.ts:10:20`, is no clock.
  [/(?<![\w:./])\d{1,2}:\d\d(:\d\d)?(\.\d+)?(\s?[ap]m)?(?![\w:])/gi, '0:00'],
  [new RegExp(`(?<![\\w.,])(\\d+([.,]\\d+)?\\s?(${UNITS})(?!\\w)\\s?)+`, 'g'), '0s '],
  [/[↑↓⇡⇣]?\s?(?<![\w.,])\d[\d.,]*\s?k?m?\s+tokens?(?!\w)/gi, '0 tokens'],
  [/[↑↓⇡⇣]\s?\d[\d.,]*\s?[km]?/gi, '0 tokens'],
  [/\$\d+\.\d+/g, '$0'],
  [/\s*(\.+|…)\s*$/, '…'],
];

function sayingOf(line: string): string {
  if (STATUS.some((pattern) => pattern.test(line))) return 'at work';
  return COSMETIC.reduce((text, [pattern, instead]) => text.replace(pattern, instead), line.trimEnd());
}

/** 53 bits: cyrb53. Two screens of a session are the same by mistake once in 10^15. */
function hashOf(lines: readonly string[]): number {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (const line of lines) {
    for (let at = 0; at <= line.length; at++) {
      // The end of a line counts as a character.
      const code = at < line.length ? line.charCodeAt(at) : 10;
      a = Math.imul(a ^ code, 2654435761);
      b = Math.imul(b ^ code, 1597334677);
    }
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}
