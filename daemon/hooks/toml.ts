/** Hooks in Codex's configuration, which is TOML: a block of tables between two lines of ours, at the end of the file. */
import { parse, type TomlError } from 'smol-toml';
import { type Making, mostOf, type OurCommand, readCommand } from './command.js';
import { Unreadable } from './jsonc.js';

const FIRST = '# >>> rdv hooks; `rdv hook remove` takes them out again >>>';
const LAST = '# <<< rdv hooks <<<';

/** Our commands in it. Throws Unreadable. */
export function findOurs(text: string): OurCommand[] {
  const { hooks } = read(text);
  if (typeof hooks !== 'object' || hooks === null) return [];
  return Object.values(hooks).flatMap(commandsOf);
}

function commandsOf(groups: unknown): OurCommand[] {
  if (!Array.isArray(groups)) return [];
  const all = groups.flatMap((group: { hooks?: unknown } | null) => (Array.isArray(group?.hooks) ? group.hooks : []));
  return all.flatMap((hook: { command?: unknown } | null) => readCommand(hook?.command) ?? []);
}

/** Adds the block. Throws Unreadable where tables cannot be added. */
export function addHooks(
  text: string,
  events: readonly string[],
  command: (event: string) => string,
  timeoutSeconds: number,
): string {
  const before = read(text);
  const eol = /\r?\n/.exec(text)?.[0] ?? '\n';
  const tables = events.flatMap((event) => [
    `[[hooks.${event}]]`,
    `[[hooks.${event}.hooks]]`,
    'type = "command"',
    `command = ${JSON.stringify(command(event))}`,
    `timeout = ${timeoutSeconds}`,
  ]);
  const block = [FIRST, ...tables, LAST].join(eol);
  // As the file ends, so does the block: that tells how it ended when it is taken out.
  const added = text === '' || text === '\ufeff' || text.endsWith('\n') ? text + block + eol : text + eol + block;
  if (!isWith(before, added)) throw new Unreadable('Its `hooks` are written in a way that tables cannot be added to.');
  return added;
}

/** Whether all that was there still is, before anything of ours. */
function isWith(before: Record<string, unknown>, added: string): boolean {
  let after: Record<string, unknown>;
  try {
    after = parse(bare(added));
  } catch {
    return false;
  }
  const { hooks: ours, ...rest } = after;
  const { hooks: theirs = {}, ...others } = before;
  const kept = Object.entries(theirs as object).every(([event, groups]) => {
    const all: unknown = (ours as Record<string, unknown>)[event];
    return isSame(Array.isArray(groups) && Array.isArray(all) ? all.slice(0, groups.length) : all, groups);
  });
  return kept && isSame(rest, others);
}

const isSame = (a: unknown, b: unknown): boolean => printed(a) === printed(b);
const printed = (value: unknown) => JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}n` : each));

/** Takes the block out. Throws Unreadable when its two lines are gone, or something was written between them. */
export function removeHooks(text: string): { text: string; made: Making } {
  const made = mostOf(findOurs(text).map((command) => command.made));
  let left = text;
  for (let block = blockIn(left); block; block = blockIn(left)) {
    checkBlock(left.slice(block.from, block.to));
    // One that ends the file without a line end was put behind a line that had none.
    const from = /\n$/.test(left.slice(0, block.to))
      ? block.from
      : left.slice(0, block.from).replace(/\r?\n$/, '').length;
    left = left.slice(0, from) + left.slice(block.to);
  }
  if (findOurs(left).length === 0) return { text: left, made };
  throw new Unreadable('The lines that mark the hooks of rdv are gone. Take out its tables under [[hooks]] by hand.');
}

function blockIn(text: string): { from: number; to: number } | undefined {
  const first = new RegExp(`^\\ufeff?(${escaped(FIRST)})\\r?$`, 'm').exec(text);
  if (!first) return undefined;
  const from = first.index + first[0].indexOf('#');
  const last = new RegExp(`^${escaped(LAST)}(?:\\r?\\n|$)`, 'm');
  const end = last.exec(text.slice(from));
  if (end) return { from, to: from + end.index + end[0].length };
  throw new Unreadable(`The line "${LAST}" is gone. Take out the hooks of rdv by hand.`);
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const OURS = /^(?:# (?:>>>|<<<) rdv hooks.*|\[\[hooks\.\w+(?:\.hooks)?\]\]|type = "command"|timeout = \d+|\s*)$/;

function checkBlock(block: string): void {
  const strange = block.split(/\r?\n/).find((line) => !OURS.test(line) && !isCommand(line));
  if (strange === undefined) return;
  throw new Unreadable(
    `Something of yours stands between the hooks of rdv: "${strange.slice(0, 80)}". Move it below them.`,
  );
}

function isCommand(line: string): boolean {
  const [, value] = /^command = (".*")$/.exec(line) ?? [];
  return value !== undefined && readCommand(parse(`command = ${value}`).command) !== undefined;
}

function read(text: string): Record<string, unknown> {
  try {
    return parse(bare(text));
  } catch (error) {
    const { message, line, column } = error as TomlError;
    throw new Unreadable(`${message.split('\n')[0]} (line ${line}, column ${column}).`);
  }
}

const bare = (text: string) => text.replace(/^\ufeff/, '');
