/** What the process was started over: its data folder, and the configuration in it. */
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { homeFolder, type Paths, pathsIn } from '#protocol/paths';
import type { Source } from './config/parse.js';
import { reservedIn } from './placed.js';

export const pathsHere = (): Paths => pathsIn(resolve(homeFolder(process.env, homedir())));

export function sourceOf(paths: Paths): Source {
  const { home, config } = paths;
  return { path: config, home, userHome: homedir(), environment: process.env, reserved: reservedIn(paths) };
}
