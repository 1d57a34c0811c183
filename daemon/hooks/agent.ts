/** Where each agent has its hooks, and how they are put in and taken out of the text there. */
import { commandOf, type Making, type OurCommand, type Program } from './command.js';
import { CODEX, claudeEvents, GEMINI, type HookedAgent, knowsAll } from './events.js';
import { Unreadable } from './jsonc.js';
import { pluginText, readPlugin } from './plugin.js';
import * as settings from './settings.js';
import * as toml from './toml.js';

/** What is known of the machine. */
export interface Surroundings {
  readonly program: Program;
  /** Of Claude Code, as installed; undefined when nothing tells it. */
  readonly claudeVersion: string | undefined;
}

export interface AgentHooks {
  /** The file, below the project. */
  readonly path: readonly [string, ...string[]];
  /** The programs that our hooks in this text run; none when none of ours is in it. Throws Unreadable. */
  programsIn(text: string): readonly (readonly string[])[];
  /** The text with ours; undefined when it has them already, just so. Throws Unreadable. */
  add(text: string | undefined, missingFolders: number, surroundings: Surroundings): string | undefined;
  /** The text without ours; undefined for a file that was made for them. Throws Unreadable. */
  remove(text: string): { readonly text: string | undefined; readonly made: Making };
  /** What else there is to know once they are in. */
  remark(surroundings: Surroundings): string;
}

/** How long an agent waits for a hook that does not end: ours ends far earlier. */
const TIMEOUT_SECONDS = 5;

const programsOf = (commands: readonly OurCommand[]) => commands.map(({ program }) => program);

/** What is made along with a file. */
const madeWith = (missingFolders: number): Making =>
  (['file', 'folder', 'folders'] as const)[missingFolders] ?? 'folders';

export const agentHooks: Readonly<Record<HookedAgent, AgentHooks>> = {
  claude: jsonHooks({
    agent: 'claude',
    path: ['.claude', 'settings.local.json'],
    dialect: { comments: false },
    events: ({ claudeVersion }) => claudeEvents(claudeVersion),
    hook: (command) => ({ type: 'command', command, timeout: TIMEOUT_SECONDS }),
    remark: ({ claudeVersion }) =>
      knowsAll(claudeVersion)
        ? ''
        : ' Only the events that every version knows: which version of Claude Code runs here is not known, or it is an old one.',
  }),
  gemini: jsonHooks({
    agent: 'gemini',
    path: ['.gemini', 'settings.json'],
    dialect: { comments: true },
    events: () => GEMINI,
    // It counts in milliseconds.
    hook: (command) => ({ name: 'rdv', type: 'command', command, timeout: TIMEOUT_SECONDS * 1000 }),
    remark: () => '',
  }),
  codex: {
    path: ['.codex', 'config.toml'],
    programsIn: (text) => programsOf(toml.findOurs(text)),
    add(text, missingFolders, { program }) {
      const old = text === undefined ? undefined : toml.removeHooks(text);
      const isNew = old === undefined || (old.text === '' && old.made !== 'entry');
      const made = old === undefined ? madeWith(missingFolders) : isNew ? old.made : 'entry';
      const command = (event: string) => commandOf(program, 'codex', event, made);
      const added = toml.addHooks(old?.text ?? '', CODEX, command, TIMEOUT_SECONDS);
      checkUndone(toml.removeHooks(added).text, old?.text ?? '');
      return isUnchanged(text, added, programsOf(toml.findOurs(text ?? '')), CODEX.length, program) ? undefined : added;
    },
    remove(text) {
      const { text: left, made } = toml.removeHooks(text);
      return { text: left === '' && made !== 'entry' ? undefined : left, made };
    },
    remark: () => ' Codex runs them once you trust them: type /hooks in it.',
  },
  opencode: {
    path: ['.opencode', 'plugin', 'rdv.js'],
    programsIn: (text) => [readPlugin(text)?.program ?? []].filter((program) => program.length > 0),
    add(text, missingFolders, { program }) {
      const made = text === undefined ? madeWith(missingFolders) : ownPlugin(text).made;
      const added = pluginText(program, made);
      return added === text ? undefined : added;
    },
    remove: (text) => (readPlugin(text) ? { text: undefined, made: ownPlugin(text).made } : { text, made: 'entry' }),
    remark: () => '',
  },
};

function ownPlugin(text: string) {
  const plugin = readPlugin(text);
  if (!plugin) throw new Unreadable('A plugin of somebody else has this name. Rename it.');
  if (plugin.changed)
    throw new Unreadable('Somebody has changed our plugin. Remove it by hand when nothing in it is needed.');
  return plugin;
}

interface JsonHooks {
  readonly agent: HookedAgent;
  readonly path: readonly [string, ...string[]];
  readonly dialect: { readonly comments: boolean };
  readonly events: (surroundings: Surroundings) => readonly string[];
  readonly hook: (command: string) => object;
  readonly remark: (surroundings: Surroundings) => string;
}

function jsonHooks({ agent, path, dialect, events, hook, remark }: JsonHooks): AgentHooks {
  return {
    path,
    remark,
    programsIn: (text) => programsOf(settings.findOurs(text, dialect)),
    add(text, missingFolders, surroundings) {
      const old = text === undefined ? undefined : settings.removeHooks(text, dialect);
      const isNew = old === undefined || isLeftOver(old);
      const made = old === undefined ? madeWith(missingFolders) : isNew ? old.made : 'hooks';
      const before = old?.text ?? settings.EMPTY;
      const wanted = events(surroundings);
      const group = (event: string, how: Making) => ({
        hooks: [hook(commandOf(surroundings.program, agent, event, how))],
      });
      const added = settings.addHooks(before, wanted, group, made, dialect);
      checkUndone(settings.removeHooks(added, dialect).text, before);
      const programs = programsOf(settings.findOurs(text ?? settings.EMPTY, dialect));
      return isUnchanged(text, added, programs, wanted.length, surroundings.program) ? undefined : added;
    },
    remove(text) {
      const left = settings.removeHooks(text, dialect);
      return isLeftOver(left) ? { ...left, text: undefined } : left;
    },
  };
}

/** Whether nothing but what we made a file with is left in it. */
const isLeftOver = ({ text, made }: { text: string; made: Making }): boolean =>
  ['file', 'folder', 'folders'].includes(made) && text.replace(/\s/g, '') === '{}';

/** In the settings just so, or in another place of theirs: they are not moved. */
function isUnchanged(
  text: string | undefined,
  added: string,
  programs: readonly (readonly string[])[],
  count: number,
  program: Program,
): boolean {
  const same = programs.length === count && programs.every((each) => each.join('\0') === program.join('\0'));
  return text === added || (text !== undefined && same);
}

/** What cannot be taken out again is not put in. */
function checkUndone(undone: string, before: string): void {
  if (undone === before) return;
  throw new Unreadable('Hooks in it could not be taken out again without a trace. Put `hooks` into it by hand.');
}
