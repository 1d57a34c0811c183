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
  const found = agents.flatMap((name) => {
    const path = findProgram(name, clean.PATH);
    return path ? [`${name}${versionAt(realpathSync(path))}`] : [];
  });
  if (found.length > 0) return ok(found.join(', '));
  const cure = 'npm install --global @anthropic-ai/claude-code';
  return note(`None of ${agents.join(', ')} is on the PATH; sessions can run anything else.`, cure);
}

/** Of the package the program belongs to; running it could ask questions. */
function versionAt(path: string): string {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const text = readIfThere(join(folder, 'package.json'));
    const [, version] = /"version"\s*:\s*"([^"]+)"/.exec(text ?? '') ?? [];
    if (version) return ` ${version}`;
  }
  return '';
}
