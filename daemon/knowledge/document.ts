/** The knowledge of a folder as a document, the same for the same knowledge. */
import type { Knowledge } from '#protocol';
import type { Item, Items } from './knowledge.js';

export interface Written {
  readonly folderName: string;
  readonly knowledge: Knowledge | undefined;
  readonly items: readonly Item[];
}

/** Everything that is known, in an order that does not change with time. */
export function asJson({ folderName, knowledge, items }: Written): string {
  const all = {
    folder: folderName,
    techStack: knowledge?.techStack ?? [],
    metadata: knowledge?.metadata ?? null,
    lastScannedAt: knowledge?.lastScannedAt ?? null,
    conventions: of('convention', items),
    patterns: of('pattern', items),
    skills: of('skill', items),
    tools: of('tool', items),
  };
  return `${JSON.stringify(all, undefined, 2)}\n`;
}

/** For people: a heading for each kind of thing there is. */
export function asMarkdown({ folderName, knowledge, items }: Written): string {
  const sections = [
    `# ${line(knowledge?.metadata.projectName ?? folderName)}`,
    ...about(knowledge),
    ...section('Conventions', of('convention', items).map(convention)),
    ...section('Patterns', of('pattern', items).map(pattern)),
    ...section('Skills', of('skill', items).map(skill)),
    ...section('Tools', of('tool', items).map(tool)),
  ];
  return `${(sections.length > 1 ? sections : [...sections, 'Nothing is known yet.']).join('\n\n')}\n`;
}

/** Of a kind, by what they say. */
function of<K extends Item['kind']>(kind: K, items: readonly Item[]): Items[K][] {
  const its = items.filter((each) => each.kind === kind).map(({ item }) => item as Items[K]);
  const key = (item: Items[K]) => ('name' in item ? `${item.name}\n${item.description}` : item.description) + item.id;
  return its.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function about(knowledge: Knowledge | undefined): string[] {
  const labels = {
    framework: 'Framework',
    packageManager: 'Package manager',
    testRunner: 'Test runner',
    linter: 'Linter',
    buildTool: 'Build tool',
  };
  const facts = Object.entries(labels).flatMap(([key, label]) => {
    const value = knowledge?.metadata[key as keyof typeof labels];
    return value ? [`- ${label}: ${line(value)}`] : [];
  });
  const stack = knowledge?.techStack.length ? [`- Made with: ${knowledge.techStack.map(line).join(', ')}`] : [];
  return facts.length + stack.length > 0 ? [[...stack, ...facts].join('\n')] : [];
}

const section = (title: string, parts: readonly string[]) =>
  parts.length === 0 ? [] : [`## ${title}`, parts.join('\n')];

function convention({ category, description, examples }: Items['convention']): string {
  return [`- ${line(description)} (${line(category)})`, ...examples.map((example) => `  - ${code(example)}`)].join(
    '\n',
  );
}

function pattern({ type, description, context }: Items['pattern']): string {
  return [`- ${line(type)}: ${line(description)}`, ...(context ? [`  - ${line(context)}`] : [])].join('\n');
}

function skill({ name, command, description, steps }: Items['skill']): string {
  const said = description ? `: ${line(description)}` : '';
  return [
    `- ${line(name)}${said}`,
    `  - ${code(command)}`,
    ...steps.map((step, i) => `  ${i + 1}. ${line(step)}`),
  ].join('\n');
}

function tool({ name, description, implementationType, implementationCode }: Items['tool']): string {
  const head = `- ${line(name)} (${line(implementationType)}): ${line(description)}`;
  return implementationCode ? `${head}\n\n${block(implementationCode)}\n` : head;
}

/** On one line, with nothing that Markdown or HTML would take for its own. */
function line(text: string): string {
  const plain = text.replace(/\s+/g, ' ').trim();
  // What stands between backticks is code already, if they are in pairs.
  const parts = plain.split('`');
  if (parts.length % 2 === 1) return parts.map((part, i) => (i % 2 === 0 ? escaped(part) : part)).join('`');
  return escaped(plain);
}

function escaped(text: string): string {
  return text
    .replace(/[\\*[\]<>|`]|&(?=#?\w+;)|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\$&')
    .replace(/^(?:[#+-]|\d+(?=[.)]))/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`));
}

function code(text: string): string {
  const plain = text.replace(/\s+/g, ' ').trim();
  const fence = longest(plain, 0);
  const blank = plain.startsWith('`') || plain.endsWith('`') ? ' ' : '';
  return fence + blank + plain + blank + fence;
}

function block(text: string): string {
  const fence = longest(text, 2);
  return [fence, ...text.split('\n'), fence].map((each) => `  ${each}`).join('\n');
}

/** Backticks, one more than the longest row of them in the text, at least one more than `least`. */
function longest(text: string, least: number): string {
  const rows = (text.match(/`+/g) ?? []).map(({ length }) => length);
  return '`'.repeat(rows.reduce((most, row) => Math.max(most, row), least) + 1);
}
