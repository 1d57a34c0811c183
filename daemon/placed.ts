/** The files of the daemon that the configuration may put elsewhere, and the folders they lie in. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { RpcError } from '#protocol';
import type { Paths } from '#protocol/paths';
import type { Config } from './config/keys.js';

/** `socket` stays where clients look for it. */
export function placed(paths: Paths, { server, database }: Config): Paths {
  return { ...paths, pid: server.pid_file, log: server.log_file, database: database.path };
}

/** Files that no key may name: the daemon has them for something else. */
export function reservedIn({ config, lock, succession, cliToken, auditHead, tmuxConfig }: Paths): string[] {
  return [config, lock, succession, cliToken, auditHead, tmuxConfig];
}

/**
 * Makes a folder for us alone, or sees that what is there is ours: whoever may write to it could put other files into
 * the place of ours, and whoever may enter that of the socket is let in. Throws Unavailable.
 */
export function privateFolder(folder: string, forbidden = 0o077): void {
  make(folder);
  const { mode, uid } = statSync(folder);
  if (uid !== process.getuid?.()) {
    const said = `${folder} must belong to you, it belongs to user ${uid}.`;
    throw new RpcError('Unavailable', `${said} Choose a folder of your own, or run: sudo chown -R "$USER" ${folder}`);
  }
  if ((mode & forbidden) === 0 && (mode & OWN) === OWN) return;
  const wanted = forbidden === 0o077 ? 'with mode 0700' : 'and only you may write to it';
  const cure = forbidden === 0o077 ? `chmod 700 ${folder}` : `chmod go-w ${folder}`;
  throw new RpcError('Unavailable', `${folder} must belong to you ${wanted}. Run: ${cure}`);
}

const OWN = 0o700;

function make(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['EEXIST', 'ENOTDIR'].includes(code)) throw error;
    throw new RpcError(
      'Unavailable',
      `${folder} is not a folder. Move away what stands there, or choose another place.`,
    );
  }
}

/** Those of files that lie elsewhere. Throws as `privateFolder`, and Conflict for what is somebody else's. */
export function prepareFolders(paths: Paths, { server, database, auth }: Config): void {
  privateFolder(dirname(server.api_socket));
  for (const file of [server.pid_file, server.log_file, database.path, auth.service_token_file])
    privateFolder(dirname(file), OTHERS_WRITE);
  checkPid({ pid: server.pid_file });
  if (dirname(database.path) === paths.home || !existsSync(join(dirname(database.path), 'run/lock.db'))) return;
  const said = `${database.path} lies in a data folder of its own, whose daemon may use it. Choose another database.path.`;
  throw new RpcError('Conflict', said, { code: 'DATABASE_TAKEN' });
}

const OTHERS_WRITE = 0o022;

/** What the pid file says; empty without one. */
export function pidIn({ pid }: Pick<Paths, 'pid'>): string {
  try {
    return readFileSync(pid, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return '';
  }
}

/** Throws Conflict when something else than an older pid file has its name. */
function checkPid({ pid }: Pick<Paths, 'pid'>): void {
  if (/^\d{0,10}$/.test(pidIn({ pid }))) return;
  const said = `${basename(pid)} in ${dirname(pid)} holds something else than a process id. Move it away, or choose another server.pid_file.`;
  throw new RpcError('Conflict', said, { code: 'PID_FILE_TAKEN' });
}

export function writePid({ pid }: Pick<Paths, 'pid'>): void {
  // Never through a link, into a file of somebody's choice.
  const temporary = join(dirname(pid), `.${randomBytes(6).toString('hex')}`);
  writeFileSync(temporary, `${process.pid}\n`, { flag: 'wx', mode: 0o600 });
  renameSync(temporary, pid);
}

/** Only while it is ours. */
export function removePid({ pid }: Pick<Paths, 'pid'>): void {
  if (pidIn({ pid }) === String(process.pid)) rmSync(pid);
}
