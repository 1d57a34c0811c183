/** Whether an agent was started by another one, in the same session: then its turns are within those of that one. */
import { readFileSync } from 'node:fs';

export interface Process {
  readonly parent: number;
  readonly group: number;
  readonly argv: readonly string[];
}

/** Further up nobody looks. */
const STEPS = 32;

/**
 * Up from a hook there is the agent that runs it, under one process of it or several, all of one group. Another agent above
 * has run that one as a command: with a shell between them, or, where that made way for it, in a group of its own.
 */
export function isNested(from: number, find: (pid: number) => Process | undefined = findProcess): boolean {
  let pid = from;
  let own: Process | undefined;
  let between = false;
  for (let step = 0; step < STEPS; step++) {
    const process = find(pid);
    if (!process) return false;
    const agent = agentOf(process.argv);
    if (own && agent && (between || process.group !== own.group || agent !== agentOf(own.argv))) return true;
    between = own !== undefined && agent === undefined;
    if (agent) own = process;
    pid = process.parent;
  }
  return false;
}

const AGENT = /^(claude|codex|gemini|opencode)(?:\.[cm]?js)?$/;
const INTERPRETER = /^(?:node|bun|deno)$/;

function agentOf([program = '', script = '']: readonly string[]): string | undefined {
  const [, named] = AGENT.exec(lastPart(program)) ?? [];
  if (named || !INTERPRETER.test(lastPart(program))) return named;
  return script.includes('/claude-code/') ? 'claude' : AGENT.exec(lastPart(script))?.[1];
}

const lastPart = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** Undefined where the system does not tell, and for a process that is gone. */
function findProcess(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything.
    const [, parent, group] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return { parent: parent!, group: group!, argv };
  } catch {
    return undefined;
  }
}
