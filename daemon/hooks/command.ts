/** The command that an agent's hook runs, and how ours is known again. */
import type { HookedAgent } from './events.js';

/** What was made for hooks and is to go with them; each includes those before it. */
export const makings = ['entry', 'event', 'hooks', 'file', 'folder', 'folders'] as const;
export type Making = (typeof makings)[number];

/** What was made most among these; `entry` without any. */
export const mostOf = (all: readonly Making[]): Making =>
  all.reduce<Making>((most, one) => (makings.indexOf(one) > makings.indexOf(most) ? one : most), 'entry');

export const atLeast = (made: Making, least: Making): boolean => makings.indexOf(made) >= makings.indexOf(least);

/** The programs as they are found now: `node` and the file of rdv, or `rdv` alone where that is not known. */
export type Program = readonly [string, ...string[]];

/**
 * For any shell, as agents take the user's own. Outside a session of ours, and when the program is gone, it reads what the
 * agent writes to it, so that the agent meets no broken pipe, prints nothing and succeeds. Whether the program is there is
 * asked first: fish gives up a whole line for one that is not.
 */
export function commandOf(program: Program, agent: HookedAgent, event: string, made: Making): string {
  const there = `command -v ${quote(program[0])} >/dev/null`;
  const run = [...program.map(quote), 'hook', agent, event].join(' ');
  return `test -n "$RDV_SESSION_ID" && ${there} && ${run} 2>/dev/null || cat >/dev/null 2>&1 || true # rdv hook, made: ${made}`;
}

const OURS =
  /^test -n "\$RDV_SESSION_ID" && (?:command -v .+? >\/dev\/null && )?(.+) hook (\w+) (\w+) 2>\/dev\/null .*# rdv hook, made: (\w+)$/;

export interface OurCommand {
  readonly program: readonly string[];
  readonly agent: string;
  readonly event: string;
  readonly made: Making;
}

/** Undefined for what is not a command of ours. */
export function readCommand(command: unknown): OurCommand | undefined {
  const [, program, agent, event, made] = (typeof command === 'string' && OURS.exec(command)) || [];
  if (!program || !agent || !event || !makings.includes(made as Making)) return undefined;
  return { program: unquote(program), agent, event, made: made as Making };
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The words `quote` made. */
function unquote(words: string): string[] {
  return (words.match(/(?:'[^']*'|\\'|[^\s'])+/g) ?? []).map((word) =>
    word.replace(/'([^']*)'|\\(')/g, (_, quoted: string | undefined, bare: string | undefined) => quoted ?? bare ?? ''),
  );
}
