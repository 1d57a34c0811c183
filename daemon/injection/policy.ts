/** What a folder does not want machines to type. A policy against mistakes, no safety: a shell has a thousand other words. Pure. */

export interface Policy {
  /** What is not typed: each a list of words, as they would be typed. */
  readonly denied: readonly string[];
  /** Whether the audit may hold the text itself, besides its hash. */
  readonly auditText: boolean;
}

/** Where a folder says nothing. */
export const usual: Policy = {
  denied: ['rm -rf /', 'rm -rf ~', 'rm -rf $HOME', 'mkfs', 'shutdown', 'reboot', ':(){ :|:& };:'],
  auditText: false,
};

/** The rule that a line of the text breaks; undefined when none does. */
export function deniedBy(text: string, { denied }: Policy): string | undefined {
  const lines = text.split('\n').map(plain);
  return denied.find((rule) => {
    const words = plain(rule);
    return words !== '' && lines.some((line) => holds(line, words));
  });
}

/** With one blank between words, however they were written. */
const plain = (line: string): string => line.trim().replace(/\s+/g, ' ');

/** As words of their own: `/` is not `/tmp`, and `mkfs` is not `mkfsx`, but `mkfs.ext4` is one. */
function holds(line: string, words: string): boolean {
  for (let at = line.indexOf(words); at !== -1; at = line.indexOf(words, at + 1)) {
    const before = line[at - 1] ?? ' ';
    const after = line[at + words.length] ?? ' ';
    if (/[\s;&|(`'"]/.test(before) && /[\s;&|)`'".*]/.test(after)) return true;
  }
  return false;
}
