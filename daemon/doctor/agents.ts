/** Check of the agents that can be started: found, never run. */

import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Finding } from '#protocol/diagnosis';
import { type Check, note, ok } from './check.js';
import { type Context, readIfThere } from './context.js';
import { findProgram } from './path.js';

const agents = ['claude', 'codex', 'gemini', 'opencode'];

export const agentChecks: readonly Check[] = [{ name: 'agents', title: 'agents', look: lookForAgents }];

function lookForAgents({ clean }: Context): Finding {
  const found = agents
    .filter((name) => findProgram(name, clean.PATH))
    .map((name) => [name, versionOf(name, clean.PATH) ?? []].flat().join(' '));
  if (found.length > 0) return ok(found.join(', '));
  const cure = 'npm install --global @anthropic-ai/claude-code';
  return note(`None of ${agents.join(', ')} is on the PATH; sessions can run anything else.`, cure);
}

/** As its package says, or the place it is installed in: running it could ask questions. Undefined when nothing tells it. */
export function versionOf(name: string, path: string | undefined): string | undefined {
  const found = findProgram(name, path);
  if (!found) return undefined;
  const real = realpathSync(found);
  const [, named] = /\/versions\/(\d+\.\d+\.\d+)$/.exec(real) ?? [];
  return named ?? versionAt(real);
}

function versionAt(path: string): string | undefined {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const text = readIfThere(join(folder, 'package.json'));
    const [, version] = /"version"\s*:\s*"([^"]+)"/.exec(text ?? '') ?? [];
    if (version) return version;
  }
  return undefined;
}
