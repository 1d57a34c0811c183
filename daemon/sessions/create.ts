/** Makes a session: intent, window, row; undone in reverse when a step fails. */
import { randomUUID } from 'node:crypto';
import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { type Parsed, RpcError, type Session } from '#protocol';
import type { Backend } from '../backend/index.js';
import type { Journal } from '../events/journal.js';
import type { Lock } from '../rpc/locks.js';
import type { Places } from './places.js';
import type { SessionStore } from './store.js';

export interface CreateDeps {
  readonly store: SessionStore;
  readonly places: Places;
  readonly backend: Pick<Backend, 'kind' | 'create' | 'kill' | 'list'>;
  readonly journal: Journal;
  readonly now: () => number;
  /** What every session's program starts with. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of whoever started the daemon: programs make files as they would without us. */
  readonly umask: number;
  /** Told to each program as `RDV_API_SOCKET`. */
  readonly socket: string;
  readonly ends: Ends;
  readonly lock: Lock;
}

/** Ends of programs, whosever they were. */
export interface Ends {
  /** Grows with each. */
  readonly count: number;
  /** Finds out whose; returns at once. */
  look(): void;
}

type Wanted = Omit<Parsed<'session/create'>, 'idempotencyKey'> & { readonly idempotencyKey?: string | undefined };

/** What runs a session's program, where it is not the program itself; it sees to it that no output is lost. */
export type Launcher = (argv: readonly string[]) => readonly string[];

/** Creates of one key run one after another, so that the second finds what the first made. */
export function createSessions(deps: CreateDeps) {
  return (user: string, wanted: Wanted): Promise<Session> => {
    const { idempotencyKey: key } = wanted;
    if (key === undefined) return createSession(deps, user, wanted);
    return deps.lock(`idempotencyKey ${JSON.stringify([user, key])}`, () => createOnce(deps, user, wanted, key));
  };
}

async function createOnce(deps: CreateDeps, user: string, wanted: Wanted, key: string): Promise<Session> {
  const made = deps.store.byKey(user, key);
  if (made) return made;
  // An earlier create with this key failed and could not be undone then; it is undone now, or this one fails as well.
  const left = deps.store.intentOf(user, key);
  if (left !== undefined) await undo(deps, left);
  return createSession(deps, user, wanted);
}

/** Throws InvalidParams, Unavailable, and leaves nothing behind. */
export async function createSession(
  deps: CreateDeps,
  user: string,
  wanted: Wanted,
  launcher?: Launcher,
): Promise<Session> {
  const { store, places, backend, journal, now, socket } = deps;
  const session = draft(deps, user, wanted);
  const environment = { ...deps.environment, ...wanted.environment };
  const argv = wanted.command ?? [environment.SHELL ?? '/bin/sh', '-l'];
  check(session.projectPath, argv, environment);
  const { id, cols, rows, projectPath: directory } = session;
  store.intend(session, wanted.idempotencyKey);
  const endsBefore = deps.ends.count;
  try {
    const own = {
      RDV_SESSION_ID: id,
      ...(backend.kind === 'tmux' && { RDV_TMUX_SESSION: session.tmuxSessionName }),
      RDV_PROJECT_PATH: directory,
      RDV_API_SOCKET: socket,
    };
    const place = await backend.create({
      ...{ id, cols, rows, directory, historyLimit: wanted.historyLimit },
      umask: deps.umask,
      argv: launcher?.(argv) ?? argv,
      // A shell is left by a person, and prints next to nothing then.
      linger: wanted.command !== undefined && launcher === undefined,
      environment: { ...wanted.environment, ...own },
    });
    places.set(id, place);
    const made = { ...session, lastActivityAt: now() };
    store.save(made);
    journal.tell(user, 'session/created', { session: made });
    // Whoever looked meanwhile did not know this session: its program may be the one that ended.
    if (deps.ends.count !== endsBefore) deps.ends.look();
    return made;
  } catch (error) {
    // The intent stays when this fails too; the same key or the next start undoes it. The caller hears of the first failure.
    await undo(deps, id).catch(() => {});
    throw error;
  }
}

function draft({ store, now, environment, backend }: CreateDeps, user: string, wanted: Wanted): Session {
  const id = randomUUID();
  const at = now();
  return {
    id,
    userId: user,
    name: wanted.name,
    status: 'active',
    backend: backend.kind,
    tmuxSessionName: `rdv-${id}`,
    projectPath: wanted.projectPath ?? environment.HOME ?? '/',
    folderId: null,
    githubRepoId: null,
    worktreeBranch: null,
    worktreePath: null,
    command: wanted.command ?? null,
    cols: wanted.cols ?? 80,
    rows: wanted.rows ?? 24,
    home: wanted.cols && wanted.rows ? { cols: wanted.cols, rows: wanted.rows } : null,
    exit: null,
    startup: null,
    tabOrder: store.nextTabOrder(user),
    lastActivityAt: at,
    createdAt: at,
    updatedAt: at,
  };
}

/** Removes what a failed create left; the intent last, since while the window may stand somebody must know of it. */
async function undo({ store, places, backend }: CreateDeps, id: string): Promise<void> {
  const place = places.find(id) ?? (await backend.list()).find((window) => window.id === id);
  // First, so that the window's end is not taken for a session's.
  places.remove(id);
  if (place) await backend.kill(place.window);
  store.discard(id);
}

/** Everything that can be known to be wrong before anything is made. */
function check(directory: string, argv: readonly string[], environment: Readonly<Record<string, string>>): void {
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

function checkDirectory(directory: string): void {
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
