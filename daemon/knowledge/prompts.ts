/** Finds the commands in a terminal's text by the prompts before them. */
import { soundOf, tidied } from './command.js';

/** One command and what came of it, as far as it is seen. */
export interface Run {
  readonly command: string;
  readonly output: readonly string[];
  /** Whether a prompt follows: the program is over. */
  readonly over: boolean;
}

/** Prompts that nothing else looks like. Each ends with the command. */
const sure: readonly RegExp[] = [
  // `ann@host:~/app$ `, `[ann@host app]# `, `(venv) ann@host app % `, `ann@host ~/app (main)> `
  /^(?:\([\w.-]{1,60}\) ?){0,3}\[?[\w.-]{1,40}@[\w.-]{1,80}[: ](?:[^$#%>❯ ]{0,200}|[~/][^$#%>❯]{0,200}?(?: \([^)]{1,100}\))?)\]? ?[$#%>❯](?: (.*))?$/u,
  /^(?:\([\w.-]{1,60}\) ?){0,3}(?:bash|sh|zsh|dash|ash|ksh)-\d[\w.]{0,10}[$#](?: (.*))?$/,
  // `➜  app git:(main) ✗ `
  /^➜ {1,2}[\w.@~/-]{1,100}(?: git:\([^)]{1,100}\))?(?: [✗✔])?(?: +(.*))?$/u,
  // `~/app main* $ `, `/srv/app # `, `~/app> `
  /^(?:\([\w.-]{1,60}\) ){0,3}(?:~|\/|…\/)[\w.@~/+-]{0,200}(?: [^\s$#%>❯]{1,60}){0,3}(?: ?[$%❯]| #|>)(?: (.*))?$/u,
  /^PS [^>]{1,200}>(?: (.*))?$/,
  // The last line of a prompt of several.
  /^[╰└]─{1,3}[$#%❯➤➜>λ](?: +(.*))?$/u,
];

/** Prompts of one character: such lines are printed by many programs too. */
const bare = /^(?:\([\w.-]{1,60}\) )?([$❯%λ»#>])(?: +(.*))?$/u;

/** Lines a command may go on for. */
const GOES_ON = 20;

export function runsIn(lines: readonly string[]): Run[] {
  const found = lines.map((line) => promptOf(line));
  const kept = found.some((prompt) => prompt?.kind === 'sure' && prompt.command !== '') ? 'sure' : bareKind(found);
  if (kept === undefined) return [];
  const runs: { command: string; output: string[]; over: boolean }[] = [];
  let current: (typeof runs)[number] | undefined;
  for (let at = 0; at < lines.length; at++) {
    const prompt = found[at];
    if (prompt?.kind !== kept) {
      current?.output.push(lines[at]!);
      continue;
    }
    if (current) current.over = true;
    const { command, next } = whole(lines, at, prompt.command);
    at = next;
    current = command === '' || command.startsWith('#') ? undefined : { command, output: [], over: false };
    if (current) runs.push(current);
  }
  return runs;
}

interface Prompt {
  /** `sure`, or the character it consists of. */
  readonly kind: string;
  readonly command: string;
}

function promptOf(line: string): Prompt | undefined {
  for (const pattern of sure) {
    const found = pattern.exec(line);
    if (found) return { kind: 'sure', command: typed(found[1]) };
  }
  const found = bare.exec(line);
  return found ? { kind: found[1]!, command: typed(found[2]) } : undefined;
}

/** Without what a prompt shows at the right edge. */
function typed(text = ''): string {
  const edge = text.search(/\S {6}/);
  return (edge < 0 ? text : text.slice(0, edge + 1)).trim();
}

/** The character that is the prompt, if what follows it is commands rather than talk. */
function bareKind(found: readonly (Prompt | undefined)[]): string | undefined {
  const counts = new Map<string, Record<'all' | ReturnType<typeof soundOf>, number>>();
  for (const prompt of found) {
    if (!prompt) continue;
    const count = counts.get(prompt.kind) ?? { all: 0, command: 0, talk: 0, unclear: 0 };
    count.all++;
    if (prompt.command !== '') count[soundOf(prompt.command)]++;
    counts.set(prompt.kind, count);
  }
  const likely = [...counts].filter(([kind, { all, command, talk, unclear }]) => {
    // Quotations, headings and the scripts that npm names begin with these.
    const isDoubtful = kind === '>' || kind === '#';
    const isLikely = command >= 2 * talk && (!isDoubtful || (talk === 0 && unclear <= command / 2));
    // One line may be anything.
    return all > 1 && command > 0 && isLikely;
  });
  return likely.sort(([, a], [, b]) => b.command - a.command)[0]?.[0];
}

/** A command that goes on over several lines, each but the last ending in a backslash. */
function whole(lines: readonly string[], start: number, first: string): { command: string; next: number } {
  let command = first;
  let next = start;
  while (command.endsWith('\\') && next - start < GOES_ON && next + 1 < lines.length) {
    next++;
    command = `${command.slice(0, -1)} ${lines[next]!.replace(/^(?:>|quote>|dquote>|cmd>|pipe>)? ?/, '').trim()}`;
  }
  return { command: tidied(command), next };
}
