/** `rdvd doctor`: looks at all the daemon needs, in a process of its own, whether a daemon runs or cannot. */

import { homedir, userInfo } from 'node:os';
import { resolve } from 'node:path';
import { RpcError } from '#protocol';
import type { Diagnosis } from '#protocol/diagnosis';
import { homeFolder, pathsIn } from '#protocol/paths';
import { describeFile } from './config/configuration.js';
import { invalid } from './config/read.js';
import { createContext, realSpace, type Setting } from './doctor/context.js';
import { examine } from './doctor/examine.js';
import { checks } from './doctor/table.js';
import { cleanEnvironment } from './environment.js';
import { sourceOf } from './here.js';
import { socketName } from './tmux/name.js';

/** Prints one JSON object; `--fix` puts right what is safe. Throws InvalidParams for other words. */
export async function diagnose(args: readonly string[]): Promise<void> {
  const strange = args.find((arg) => !['--json', '--fix'].includes(arg));
  if (strange !== undefined)
    throw new RpcError('InvalidParams', `rdvd doctor takes --json and --fix, not "${strange}".`);
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  // What is made here is private, as with the daemon.
  const umask = process.umask(0o077);
  const context = createContext(settingHere({ environment: process.env, umask, signal: ending.signal }));
  const report = await examine(context, checks, { fix: args.includes('--fix') });
  await print(report);
}

/** As the daemon would have it, if it were started here. */
export function settingHere(given: Pick<Setting, 'environment' | 'umask' | 'signal'>): Setting {
  const { environment } = given;
  const paths = pathsIn(resolve(homeFolder(environment, homedir())));
  const { uid, username } = userInfo();
  return {
    ...given,
    ...{ paths, uid },
    clean: cleanEnvironment(environment),
    socketName: socketName(paths.home),
    user: username,
    userHome: environment.HOME || homedir(),
    now: Date.now(),
    strangeInConfig() {
      const { warnings, problems } = describeFile(sourceOf(paths));
      if (problems.length > 0) throw invalid(problems);
      return warnings;
    },
    proc: '/proc',
    linger: '/var/lib/systemd/linger',
    space: realSpace,
  };
}

function print(report: Diagnosis): Promise<void> {
  return new Promise((resolved, reject) => {
    process.stdout.write(`${JSON.stringify(report)}\n`, (error) => (error ? reject(error) : resolved()));
  });
}
