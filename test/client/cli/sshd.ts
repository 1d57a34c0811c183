/** An sshd of the test's own on the loopback interface, and an ssh that knows only that; `close()` leaves nothing of it. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Daemon } from '../../support/daemon.js';
import { freePort } from '../../support/port.js';
import { type Environment, program } from './program.js';

const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/opt/homebrew/sbin/sshd'].find(existsSync);
/** Where an sshd of root's puts those it does not know yet; systems make it when they start their own. */
const EMPTY = '/run/sshd';

/** Why there is none here; undefined when there is. */
export function noSshd(): string | undefined {
  if (!SSHD) return 'sshd is not installed';
  if (spawnSync('ssh', ['-V']).error) return 'ssh is not installed';
  return process.getuid!() === 0 && process.platform === 'linux' && !makeEmpty()
    ? `${EMPTY} cannot be made`
    : undefined;
}

/** It stays: another run's sshd may need it, and a system makes it again at every start. */
function makeEmpty(): boolean {
  try {
    mkdirSync(EMPTY, { recursive: true, mode: 0o755 });
    return true;
  } catch {
    return false;
  }
}

export type Sshd = Awaited<ReturnType<typeof openSshd>>;

/** `far` is the machine, with `rdv` on its PATH; `forged` is one whose key has changed, `strange` one nobody knows, `closed` lets nobody in. */
export async function openSshd({ home }: Pick<Daemon, 'home'>) {
  const folder = mkdtempSync(join(tmpdir(), 'rdv-sshd-'));
  const at = (name: string) => join(folder, name);
  const port = await freePort();
  for (const name of ['host', 'other', 'key', 'nobody'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', at(name)]);
  const publicKey = (name: string) =>
    readFileSync(at(`${name}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');
  mkdirSync(at('bin'));
  mkdirSync(at('home'));
  writeFileSync(at('authorized'), publicKey('key'));
  writeFileSync(at('known'), `[127.0.0.1]:${port} ${publicKey('host')}\n`);
  writeFileSync(at('forged'), `[127.0.0.1]:${port} ${publicKey('other')}\n`);
  writeFileSync(at('bin/rdv'), `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`);
  chmodSync(at('bin/rdv'), 0o755);
  writeFileSync(at('sshd_config'), serverConfig(port, at, { home, bin: at('bin') }));
  writeFileSync(at('ssh_config'), clientConfig(port, at));

  const server = spawn(SSHD!, ['-D', '-e', '-f', at('sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(server, 'exit');
  const abandon = () => server.kill();
  process.once('exit', abandon);
  for await (const line of createInterface({ input: server.stderr })) if (line.startsWith('Server listening')) break;
  server.stderr.resume();

  return {
    port,
    folder,
    /** For `rdv`: with it, `--host far` is meant. */
    environment: { RDV_SSH: `ssh -F ${at('ssh_config')}` } satisfies Environment,
    /** Ends every connection, as a cut line does; new ones are taken. */
    cut() {
      for (const pid of childrenOf(server.pid!)) process.kill(pid, 'SIGKILL');
    },
    async close() {
      process.off('exit', abandon);
      server.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

function serverConfig(
  port: number,
  at: (name: string) => string,
  { home, bin }: { home: string; bin: string },
): string {
  const { PATH = '', TMUX_TMPDIR } = process.env;
  const set = { PATH: `${bin}:${PATH}`, HOME: at('home'), REMOTE_DEV_DIR: home, ...(TMUX_TMPDIR && { TMUX_TMPDIR }) };
  return `
ListenAddress 127.0.0.1
Port ${port}
HostKey ${at('host')}
AuthorizedKeysFile ${at('authorized')}
PidFile none
StrictModes no
UsePAM no
PermitRootLogin yes
PermitUserRC no
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxStartups 100
SetEnv ${Object.entries(set)
    .map(([key, value]) => `"${key}=${value}"`)
    .join(' ')}
`;
}

function clientConfig(port: number, at: (name: string) => string): string {
  return `
Match originalhost forged
  UserKnownHostsFile ${at('forged')}
Match originalhost strange
  UserKnownHostsFile /dev/null
Match originalhost closed
  IdentityFile ${at('nobody')}
Match originalhost *,!closed
  IdentityFile ${at('key')}
Match originalhost deaf
  Port 1
Host *
  HostName 127.0.0.1
  Port ${port}
  User ${userInfo().username}
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile ${at('known')}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
`;
}

function childrenOf(parent: number): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.filter(([, ppid]) => ppid === parent).map(([pid]) => pid!);
}
