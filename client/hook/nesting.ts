/** Whether an agent was started by another one, in the same session: then its turns are within those of that one. */
import { readFileSync } from 'node:fs';

export interface Process {
  readonly parent: number;
  readonly argv: readonly string[];
}

/** Further up nobody looks. */
const STEPS = 32;

/**
 * Up from a hook there is the agent that runs it, under one process of it or several. Another agent above, with something
 * between, has run that one as a command.
 */
export function isNested(from: number, find: (pid: number) => Process | undefined = findProcess): boolean {
  let pid = from;
  let inAgent = false;
  let above = false;
  for (let step = 0; step < STEPS; step++) {
    const process = find(pid);
    if (!process) return false;
    const agent = isAgent(process.argv);
    if (agent && above) return true;
    above ||= inAgent && !agent;
    inAgent ||= agent;
    pid = process.parent;
  }
  return false;
}

const AGENT = /^(?:claude|codex|gemini|opencode)(?:\.[cm]?js)?$/;
const INTERPRETER = /^(?:node|bun|deno)$/;

function isAgent([program = '', script = '']: readonly string[]): boolean {
  const name = lastPart(program);
  return (
    AGENT.test(name) || (INTERPRETER.test(name) && (AGENT.test(lastPart(script)) || script.includes('/claude-code/')))
  );
}

const lastPart = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** Undefined where the system does not tell, and for a process that is gone. */
function findProcess(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything.
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return { parent: Number(parent), argv };
  } catch {
    return undefined;
  }
}
