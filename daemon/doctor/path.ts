/** Programs on the PATH: where they are, how they are installed, what a short run of one says. */
import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { type Command, type Outcome, runGroup } from '../git/process.js';

/** The first one of that name that may be run. */
export function findProgram(name: string, path = ''): string | undefined {
  return path
    .split(':')
    .filter(isAbsolute)
    .map((folder) => join(folder, name))
    .find(isRunnable);
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch (error) {
    // A folder of the path need not be there, nor ours to enter.
    if (!['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return false;
  }
}

const managers: readonly [program: string, command: string][] = [
  ['apt-get', 'sudo apt-get install'],
  ['dnf', 'sudo dnf install'],
  ['pacman', 'sudo pacman -S'],
  ['apk', 'sudo apk add'],
  ['zypper', 'sudo zypper install'],
  ['brew', 'brew install'],
];

/** The command that installs a package here. */
export function installing(name: string, path = ''): string {
  const [, command] = managers.find(([program]) => findProgram(program, path)) ?? [];
  return `${command ?? (process.platform === 'darwin' ? 'brew install' : 'sudo apt-get install')} ${name}`;
}

/** Undefined when there is no such program. It is ended with all it started when it is late. */
export async function canRun(
  program: string,
  args: readonly string[],
  { environment, timeoutMs }: Pick<Command, 'environment' | 'timeoutMs'>,
): Promise<Outcome | undefined> {
  if (!findProgram(program, environment.PATH)) return undefined;
  return runGroup({ program, args, directory: '/', environment, timeoutMs });
}
