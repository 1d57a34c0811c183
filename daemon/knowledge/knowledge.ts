/** What knowledge is made of: what makes two items the same, how sure one is, and what a folder keeps. */
import type { Convention, Knowledge, KnowledgeKind, KnowledgeMetadata, Pattern, Project, Skill, Tool } from '#protocol';

type Kept = 'id' | 'confidence' | 'createdAt' | 'updatedAt';

/** An item of a kind, as it is kept. */
export interface Items {
  readonly convention: Convention;
  readonly pattern: Pattern;
  readonly skill: Skill;
  readonly tool: Tool;
}
export type Item = { readonly [K in KnowledgeKind]: { readonly kind: K; readonly item: Items[K] } }[KnowledgeKind];

/** An item of a kind, as it is added. */
export type Added = {
  readonly [K in KnowledgeKind]: {
    readonly kind: K;
    readonly fields: Omit<Items[K], Kept>;
    readonly confidence: number;
  };
}[KnowledgeKind];

/** What two items of a kind have in common that say the same; more than this differs only in details. */
export function likeness(added: Added): string {
  switch (added.kind) {
    case 'convention':
      return plain(added.fields.description);
    case 'pattern':
      return `${plain(added.fields.type)}: ${withoutNumbers(plain(added.fields.description))}`;
    // Letters of a command count, blanks do not.
    case 'skill':
      return added.fields.command.replace(/\s+/g, ' ').trim();
    case 'tool':
      return plain(added.fields.name);
  }
}

/** In the same letters, with single blanks, without a full stop. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .split(/[\s.!]+/)
    .filter((word) => word !== '')
    .join(' ');
}

/** Lines, ports and addresses differ from time to time in what is otherwise the same. */
const withoutNumbers = (text: string) => text.replace(/0x[0-9a-f]+|\d+/g, '#');

/** How much nearer to certain an item gets each time it is added again. */
const STEP = 0.1;

/** Of an item that is added again: a little more than the surer of both, never more than 1. */
export function surer(known: number, added: number): number {
  const most = Math.max(known, added);
  return round(most + (1 - most) * STEP);
}

export const round = (number: number) => Math.round(number * 10_000) / 10_000;

/** What one folder keeps; the least certain go first, of those the oldest. */
export const bounds = { items: 2000, bytes: 1.5 * 1024 * 1024 } as const;

export interface Weight {
  readonly id: string;
  readonly bytes: number;
}

/** Those that are too many, of items from the one to keep longest to the first to go; `kept` stays anyhow. */
export function surplus(
  items: readonly Weight[],
  kept: string,
  most: { items: number; bytes: number } = bounds,
): string[] {
  let count = 0;
  let bytes = 0;
  const first = items.filter(({ id }) => id === kept);
  return [...first, ...items.filter(({ id }) => id !== kept)].flatMap((item) => {
    count++;
    bytes += item.bytes;
    return count > most.items || bytes > most.bytes ? [item.id] : [];
  });
}

export const noMetadata: KnowledgeMetadata = {
  projectName: null,
  projectPath: null,
  framework: null,
  packageManager: null,
  testRunner: null,
  linter: null,
  buildTool: null,
};

/** Of a folder about which nothing is known yet. */
export function nothingKnown(folderId: string, now: number): Knowledge {
  return { folderId, techStack: [], metadata: noMetadata, lastScannedAt: null, createdAt: now, updatedAt: now };
}

const STACK = 100;

/** With what a scan found. What somebody wrote down stays unless the scan knows better. */
export function scanned(known: Knowledge, project: Project, folderName: string, now: number): Knowledge {
  const { framework, packageManager, testRunner, linter, buildTool } = project;
  const found = Object.entries({ framework, packageManager, testRunner, linter, buildTool }).filter(
    ([, value]) => value,
  );
  return {
    ...known,
    techStack: stackOf(known.techStack, project),
    metadata: {
      ...known.metadata,
      ...Object.fromEntries(found),
      projectName: known.metadata.projectName ?? folderName,
      projectPath: project.path,
    },
    lastScannedAt: now,
    updatedAt: now,
  };
}

/** What was there, then languages with a part worth naming, framework, tools; each once, however it is spelled. */
function stackOf(known: readonly string[], project: Project): string[] {
  const languages = project.languages.filter(({ percent }) => percent >= 5).map(({ name }) => name);
  const { framework, packageManager, testRunner, linter, buildTool, ci } = project;
  const all = [...known, ...languages, framework, packageManager, buildTool, testRunner, linter, ...ci];
  const byName = new Map<string, string>();
  for (const name of all) if (name !== null && !byName.has(plain(name))) byName.set(plain(name), name);
  return [...byName.values()].slice(0, STACK);
}
