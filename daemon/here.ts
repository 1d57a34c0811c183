/** What the process was started over: its data folder, the configuration in it, and the programs beside it. */
import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { homeFolder, type Paths, pathsIn } from '#protocol/paths';
import type { Source } from './config/parse.js';
import { versionOf } from './doctor/agents.js';
import type { Surroundings } from './hooks/agent.js';
import type { Program } from './hooks/command.js';
import { reservedIn } from './placed.js';

export const pathsHere = (): Paths => pathsIn(resolve(homeFolder(process.env, homedir())));

export function sourceOf(paths: Paths): Source {
  const { home, config } = paths;
  return { path: config, home, userHome: homedir(), environment: process.env, reserved: reservedIn(paths) };
}

/** How hooks start `rdv`, whatever their PATH: by the files that stand beside the daemon's own. */
export function rdvHere(): Program {
  const file = join(dirname(realpathSync(process.argv[1]!)), 'rdv.cjs');
  return existsSync(file) ? [process.execPath, file] : ['rdv'];
}

export function surroundingsHere({ PATH }: Readonly<Record<string, string>>): Surroundings {
  return { program: rdvHere(), claudeVersion: versionOf('claude', PATH) };
}
