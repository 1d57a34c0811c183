/** The doctor over data folders that were broken on purpose: what it finds, that it changes nothing, what it puts right. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Diagnosis, Finding, Level } from '#protocol/diagnosis';
import { type Paths, pathsIn } from '#protocol/paths';
import { openDatabase } from '../../daemon/db/open.js';
import { settingHere } from '../../daemon/diagnose.js';
import { type Context, createContext, type Setting } from '../../daemon/doctor/context.js';
import { examine } from '../../daemon/doctor/examine.js';
import { checks } from '../../daemon/doctor/table.js';
import { root } from './documents.js';
import { folderFor } from './whole.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** A data folder as a daemon leaves it that was stopped. */
export function stoppedHome(t: TestContext): Paths {
  const paths = pathsIn(folderFor(t));
  for (const folder of [paths.run, dirname(paths.log)]) mkdirSync(folder, { mode: 0o700 });
  for (const path of [paths.lock, paths.log]) writeFileSync(path, '', { mode: 0o600 });
  writeFileSync(paths.cliToken, 'rdv_cli_secret\n', { mode: 0o600 });
  openDatabase(paths.database).close();
  chmodSync(paths.database, 0o600);
  return paths;
}

/** Nothing of the tester's own settings reaches it. */
export function surroundings(home: string, more: Environment = {}): Environment {
  const own = Object.entries(process.env).filter(([name]) => !/^(RDV_|LC_|LANG|XDG_)/.test(name));
  return { ...Object.fromEntries(own), LANG: 'C.UTF-8', REMOTE_DEV_DIR: home, ...more };
}

export interface Look {
  readonly environment?: Environment;
  readonly setting?: Partial<Setting>;
}

export function contextFor(home: string, { environment, setting }: Look = {}): Context {
  const given = { environment: surroundings(home, environment), umask: 0o022, signal: new AbortController().signal };
  return createContext({ ...settingHere(given), ...setting });
}

/** What one check finds. Throws when looking changed anything in the data folder, each time. */
export async function look(name: string, home: string, how: Look = {}, times = 5): Promise<Finding> {
  const before = listing(home);
  const { checks: looked } = await examine(contextFor(home, how), [checkNamed(name)], { fix: false });
  // A daemon that runs writes now and then by itself, of what its agents do.
  if (times > 1 && listing(home).join() !== before.join()) return look(name, home, how, times - 1);
  assert.deepEqual(listing(home), before, 'looking changed something');
  const { level, seen, cure } = looked[0]!;
  return { level, seen, ...(cure !== undefined && { cure }) };
}

/** Asserts what a check finds, its words and its cure. */
export async function finds(
  name: string,
  home: string,
  expected: readonly [level: Level, seen: RegExp, cure?: string | RegExp],
  how: Look = {},
): Promise<void> {
  const [level, seen, cure] = expected;
  const found = await look(name, home, how);
  assert.equal(found.level, level, JSON.stringify(found));
  assert.match(found.seen, seen);
  if (cure instanceof RegExp) assert.match(found.cure ?? '', cure);
  else assert.equal(found.cure, cure);
}

/** Puts right what one check can. Returns what it said it did, and what is found after it. */
export async function heal(name: string, home: string, how: Look = {}) {
  const report = await examine(contextFor(home, how), [checkNamed(name)], { fix: true });
  return { done: report.fixes.map(({ done }) => done).join(' '), level: report.checks[0]!.level };
}

export function checkNamed(name: string) {
  const found = checks.find((check) => check.name === name);
  assert.ok(found, `there is no check ${name}`);
  return found;
}

/** Every file with all that a change of it would change. What a daemon shares in memory changes by itself. */
export function listing(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true }) as string[];
  const paths = [folder, ...entries.sort().map((name) => join(folder, name))].filter((path) => !path.endsWith('-shm'));
  return paths.map((path) => {
    const { mode, uid, size, ino, mtimeMs } = lstatSync(path);
    return [path, mode.toString(8), uid, size, ino, mtimeMs].join(' ');
  });
}

/** A folder of programs of ours, to stand first on a PATH. */
export function programsFor(t: TestContext, programs: Readonly<Record<string, string>>): string {
  const folder = folderFor(t);
  for (const [name, script] of Object.entries(programs))
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return folder;
}

/** The whole doctor as a process of its own; `before` are words in front of it, such as `prlimit`. */
export function runDoctor(
  home: string,
  how: { before?: string[]; args?: string[]; environment?: Environment; program?: string } = {},
) {
  const { before = [], args = [], program = join(root, 'dist/rdvd.cjs') } = how;
  const [command = '', ...words] = [...before, process.execPath, program, 'doctor', ...args];
  const env = surroundings(home, how.environment) as NodeJS.ProcessEnv;
  const { status, stdout, stderr } = spawnSync(command, words, { env, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const report = JSON.parse(stdout) as Diagnosis;
  return { report, find: (name: string) => report.checks.find((check) => check.name === name)! };
}
