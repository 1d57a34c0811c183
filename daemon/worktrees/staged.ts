/** What git's index holds, as `git ls-files -s -v -z` prints it. */

export interface IndexEntry {
  /** `H` usually; `S` or a small letter when git was told not to look at the file. */
  readonly tag: string;
  readonly mode: string;
  readonly object: string;
  /** 0, or 1 to 3 of a conflict. */
  readonly stage: string;
  /** One character a byte. */
  readonly path: string;
}

export function parseIndex(text: string): IndexEntry[] {
  return text.split('\0').flatMap((line) => {
    const tab = line.indexOf('\t');
    const [tag = '', mode = '', object = '', stage = ''] = line.slice(0, tab).split(' ');
    return tab < 0 ? [] : [{ tag, mode, object, stage, path: line.slice(tab + 1) }];
  });
}

const isSubmodule = ({ mode }: IndexEntry): boolean => mode === '160000';

export function submodulesIn(index: readonly IndexEntry[]): string[] {
  return [...new Set(index.filter(isSubmodule).map(({ path }) => path))];
}

/** Files git was told not to look at for changes. */
export function hiddenIn(index: readonly IndexEntry[]): IndexEntry[] {
  return index.filter((entry) => !isSubmodule(entry) && (entry.tag === 'S' || entry.tag !== entry.tag.toUpperCase()));
}
