/** Hooks in settings that are JSON, as Claude Code and Gemini CLI have them: `hooks`, by event lists of groups of hooks. */
import { atLeast, type Making, mostOf, type OurCommand, readCommand } from './command.js';
import { type Container, type Dialect, type Member, type Node, parseJson, Unreadable } from './jsonc.js';
import { append, remove, type Style, styleOf } from './splice.js';

/** A file of settings before anything is in it. */
export const EMPTY = '{}\n';

/** A group of hooks to be added, as the settings have it; what was made for it is part of its command. */
export type Group = (event: string, made: Making) => unknown;

/** Our commands in it. Throws Unreadable. */
export function findOurs(text: string, dialect: Dialect): OurCommand[] {
  const hooks = hooksOf(objectIn(text, dialect));
  return (hooks?.members ?? []).flatMap(({ node }) => groupsOf(node).flatMap(commandsIn));
}

/** Adds a group to each of the events. Throws Unreadable where that is not possible. */
export function addHooks(text: string, events: readonly string[], group: Group, made: Making, dialect: Dialect) {
  const root = objectIn(text, dialect);
  const style = styleOf(text, root);
  const hooks = hooksOf(root);
  if (hooks)
    return inOrder(hooks, events).reduce((before, event) => addToEvent(before, event, group, dialect, style), text);
  const least = atLeast(made, 'hooks') ? made : 'hooks';
  const added = Object.fromEntries(events.map((event) => [event, [group(event, least)]]));
  return append(text, root, 'hooks', added, style);
}

/** Those that are there as they stand, then the others: so the last that is added is the last in the text, and goes first. */
function inOrder({ members }: Container, events: readonly string[]): string[] {
  const there = members.flatMap(({ key }) => (events.includes(key!) ? [key!] : []));
  return [...new Set([...there, ...events])];
}

function addToEvent(text: string, event: string, group: Group, dialect: Dialect, style: Style): string {
  const hooks = hooksOf(objectIn(text, dialect))!;
  const list = memberOf(hooks, event)?.node;
  if (!list) return append(text, hooks, event, [group(event, 'event')], style);
  return append(text, listIn(list, event), undefined, group(event, 'entry'), style);
}

/** Takes out all that is ours; what others added to what we made stays. Throws Unreadable. */
export function removeHooks(text: string, dialect: Dialect): { text: string; made: Making } {
  const made = mostOf(findOurs(text, dialect).map((command) => command.made));
  let left = text;
  for (;;) {
    const next = removeLast(left, dialect);
    if (next === undefined) return { text: left, made };
    left = next;
  }
}

/** The last thing first, as each was added behind the one before; undefined when none of ours is left. */
function removeLast(text: string, dialect: Dialect): string | undefined {
  const root = objectIn(text, dialect);
  const hooks = hooksOf(root);
  if (!hooks) return undefined;
  if (
    isMadeByUs(
      hooks.members.flatMap(({ node }) => asGroups(node)),
      'hooks',
    )
  )
    return remove(
      text,
      root,
      root.members.findIndex(({ key }) => key === 'hooks'),
    );
  for (const [at, event] of [...hooks.members.entries()].reverse()) {
    const groups = asGroups(event.node);
    if (!groups.some((group) => commandsIn(group).length > 0)) continue;
    if (isMadeByUs(groups, 'event')) return remove(text, hooks, at);
    return removeFromEvent(text, event.node as Container, groups);
  }
  return undefined;
}

function removeFromEvent(text: string, list: Container, groups: readonly Node[]): string {
  const at = groups.findLastIndex((group) => commandsIn(group).length > 0);
  const group = groups[at]!;
  const members = membersOfGroup(group);
  if (members.every(({ node }) => isOurs(node))) return remove(text, list, at);
  const own = memberOf(group as Container, 'hooks')!.node as Container;
  return remove(
    text,
    own,
    members.findLastIndex(({ node }) => isOurs(node)),
  );
}

/** Whether what holds these groups is there for ours alone. */
function isMadeByUs(groups: readonly Node[], least: Making): boolean {
  const whole = groups.every(
    (group) => membersOfGroup(group).length > 0 && membersOfGroup(group).every(({ node }) => isOurs(node)),
  );
  return groups.length > 0 && whole && atLeast(mostOf(groups.flatMap(commandsIn).map(({ made }) => made)), least);
}

function objectIn(text: string, dialect: Dialect): Container {
  const root = parseJson(text, dialect);
  if (isObject(root)) return root;
  throw new Unreadable('Expected an object in braces.');
}

function hooksOf(root: Container): Container | undefined {
  const member = memberOf(root, 'hooks');
  if (!member || isObject(member.node)) return member?.node as Container | undefined;
  throw new Unreadable('`hooks` is no object.');
}

/** The one with this name. Throws Unreadable when there are several: which of them counts, readers do not agree on. */
function memberOf({ members }: Container, name: string): Member | undefined {
  const [found, another] = members.filter(({ key }) => key === name);
  if (another) throw new Unreadable(`\`${name}\` stands in it twice.`);
  return found;
}

function listIn(node: Node, event: string): Container {
  if (Array.isArray(node.value)) return node as Container;
  throw new Unreadable(`\`hooks.${event}\` is no list.`);
}

function isObject(node: Node): node is Container {
  return node.members !== undefined && !Array.isArray(node.value);
}

function groupsOf(node: Node): readonly Node[] {
  return Array.isArray(node.value) ? node.members!.map((member) => member.node) : [];
}

/** What is no list of groups is one thing that is not ours. */
const asGroups = (node: Node): readonly Node[] => (Array.isArray(node.value) ? groupsOf(node) : [node]);

function membersOfGroup(group: Node): readonly Member[] {
  const hooks = isObject(group) ? group.members.filter(({ key }) => key === 'hooks') : [];
  return hooks.length === 1 && Array.isArray(hooks[0]!.node.value) ? hooks[0]!.node.members! : [];
}

const commandsIn = (group: Node): OurCommand[] =>
  membersOfGroup(group).flatMap(({ node }) => readCommand((node.value as { command?: unknown } | null)?.command) ?? []);

const isOurs = ({ value }: Node): boolean =>
  readCommand((value as { command?: unknown } | null)?.command) !== undefined;
