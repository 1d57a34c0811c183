/** What is in the settings of one agent in a project, and what is wrong with it. */
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { agentHooks } from './agent.js';
import type { HookedAgent } from './events.js';
import { readSettings, Untouchable } from './file.js';
import { Unreadable } from './jsonc.js';

export interface Seen {
  readonly agent: HookedAgent;
  /** Hooks of ours are in it. */
  readonly installed: boolean;
  /** Why they do nothing, or why it is not known whether there are any. */
  readonly wrong?: string;
}

export async function look(agent: HookedAgent, project: string): Promise<Seen> {
  const { path, programsIn } = agentHooks[agent];
  try {
    const { text } = await readSettings(project, path);
    const programs = text === undefined ? [] : programsIn(text);
    // What is looked up on the PATH is not looked at.
    const gone = programs.flat().find((word) => isAbsolute(word) && !existsSync(word));
    const wrong = gone && `Its hooks run ${gone}, which is not there; install them again.`;
    return { agent, installed: programs.length > 0, ...(wrong && { wrong }) };
  } catch (error) {
    const why = whyLeftAlone(error);
    if (why === undefined) throw error;
    return { agent, installed: false, wrong: why };
  }
}

/** What is wrong with a file that is left as it is; undefined for any other failure. */
export function whyLeftAlone(error: unknown): string | undefined {
  return error instanceof Untouchable || error instanceof Unreadable ? error.message : undefined;
}
