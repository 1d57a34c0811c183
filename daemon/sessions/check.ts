/** What can be known to be wrong with a program, its directory and its variables before it is started. */
import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { RpcError } from '#protocol';

export interface Launch {
  readonly directory: string;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Throws InvalidParams for everything that can be known to be wrong before anything is made. */
export function checkLaunch({ directory, argv, environment }: Launch): void {
  const texts = [directory, ...argv, ...Object.values(environment)];
  if (texts.some((text) => text.includes('\0')))
    throw invalid('Paths, arguments and variables cannot hold a NUL character.');
  checkLength([...argv, ...Object.entries(environment).map(([key, value]) => `${key}=${value}`)]);
  checkDirectory(directory);
  checkProgram(argv[0]!, directory, environment.PATH ?? '/usr/local/bin:/usr/bin:/bin');
}

/** Of one text, and of all together; systems allow a program hardly more, with its launcher. */
const TEXT_BYTES = 128 * 1024 - 1;
const TEXTS_BYTES = 960 * 1024;

/** The system would refuse to start the program, and only its exit code would tell. */
function checkLength(texts: readonly string[]): void {
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const longest = Math.max(...lengths);
  if (longest > TEXT_BYTES)
    throw invalid(`An argument or variable has ${longest} bytes; at most ${TEXT_BYTES} can be given. Use a file.`);
  // Each also takes its end and a pointer.
  const all = lengths.reduce((sum, length) => sum + length + 9, 0);
  if (all > TEXTS_BYTES)
    throw invalid(`Arguments and variables have ${all} bytes; at most ${TEXTS_BYTES} can be given. Use a file.`);
}

/** Throws InvalidParams with `INVALID_PATH` for a path that is no directory this user may enter. */
export function checkDirectory(directory: string): void {
  if (!isAbsolute(directory))
    throw invalid(`Expected \`projectPath\` to be an absolute path, got "${directory}".`, 'INVALID_PATH');
  const found = look(directory);
  if (found === 'denied') throw invalid(`The directory ${directory} may not be entered by this user.`, 'INVALID_PATH');
  if (!found)
    throw invalid(`The directory ${directory} does not exist. Create it first, or name another.`, 'INVALID_PATH');
  if (!found.isDirectory()) throw invalid(`${directory} is not a directory.`, 'INVALID_PATH');
}

/** Codes that say a path leads nowhere: a part is missing, is a file, is a link to itself, or is longer than any name. */
const NOWHERE = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'];

function look(path: string): Stats | 'denied' | undefined {
  try {
    const found = statSync(path);
    if (found.isDirectory()) accessSync(path, constants.X_OK);
    return found;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') return 'denied';
    if (NOWHERE.includes(code)) return undefined;
    throw error;
  }
}

function checkProgram(program: string, directory: string, path: string): void {
  // The shell that starts it would take it for an option.
  if (program.startsWith('-'))
    throw invalid(`Expected a program, got "${program}". Put its path before its name.`, 'COMMAND_NOT_FOUND');
  const places = program.includes('/')
    ? [join(isAbsolute(program) ? '/' : directory, program)]
    : path.split(delimiter).map((folder) => join(folder, program));
  if (places.some(isExecutable)) return;
  throw invalid(
    `There is no program "${program}"${program.includes('/') ? '' : ' on the PATH'}. Check its name, or give its full path.`,
    'COMMAND_NOT_FOUND',
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code) return false;
    throw error;
  }
}

const invalid = (message: string, code = 'INVALID_PARAMS') => new RpcError('InvalidParams', message, { code });
