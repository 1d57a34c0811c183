/** Checks of the programs and packages the daemon is made of or runs. */

import { RpcError } from '#protocol';
import type { Finding } from '#protocol/diagnosis';
import { probeGit } from '../git/version.js';
import { tryTmux } from '../tmux/trial.js';
import { probeTmux, terminalName } from '../tmux/version.js';
import { type Check, failure, note, ok, warning } from './check.js';
import { type Context, PATIENCE_MS } from './context.js';
import { canRun, installing } from './path.js';

const OLDEST_NODE = { major: 20, minor: 18 };

export const programChecks: readonly Check[] = [
  { name: 'node', title: 'Node.js', look: () => judgeNode(process.versions.node) },
  { name: 'sqlite', title: 'SQLite', look: () => loads('better-sqlite3', openInMemory, failure) },
  // Only what runs without tmux needs it.
  { name: 'node-pty', title: 'node-pty', look: () => loads('node-pty', () => import('node-pty'), warning) },
  { name: 'tmux', title: 'tmux', look: lookForTmux },
  { name: 'tmux-abilities', title: 'tmux abilities', look: tryIt },
  { name: 'tmux-server', title: 'tmux server', look: lookAtServer },
  { name: 'terminfo', title: 'terminal description', look: lookForDescription },
  { name: 'git', title: 'git', look: lookForGit },
];

export function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const { major: least, minor: atLeast } = OLDEST_NODE;
  if (major > least || (major === least && minor >= atLeast)) return ok(`Node.js ${version}`);
  return failure(`Node.js ${version} is too old: rdv needs ${least}.${atLeast} or newer.`, 'nvm install --lts');
}

async function openInMemory(): Promise<void> {
  const { openDatabase } = await import('../db/open.js');
  openDatabase(':memory:').close();
}

async function loads(name: string, load: () => Promise<unknown>, otherwise: typeof failure): Promise<Finding> {
  try {
    await load();
    return ok(`${name} loads`);
  } catch (error) {
    const [why = ''] = (error as Error).message.split('\n');
    return otherwise(`${name} does not load in Node.js ${process.versions.node}: ${why}`, `npm rebuild ${name}`);
  }
}

async function lookForTmux({ environment, clean }: Context): Promise<Finding> {
  const install = installing('tmux', clean.PATH);
  try {
    const { text } = await probeTmux({ environment: clean, timeoutMs: PATIENCE_MS });
    return ok(`tmux ${text}`);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const { code } = error.data;
    if (code === 'TMUX_UNAVAILABLE') return failure(firstSentence(error), 'tmux -V');
    const seen = `${firstSentence(error)} Without it sessions end with the daemon.`;
    return environment.RDV_BACKEND === 'tmux' ? failure(seen, install) : warning(seen, install);
  }
}

const firstSentence = ({ message }: Error) => /^.+?[^.]\.(?= [A-Z]|$)/s.exec(message)?.[0] ?? message;

async function tryIt(context: Context): Promise<Finding> {
  if ((await lookForTmux(context)).level !== 'ok') return ok('not tried, see tmux');
  const { clean, signal } = context;
  try {
    const { unknown } = await tryTmux({ environment: clean, timeoutMs: PATIENCE_MS, signal });
    return unknown.length > 0
      ? note(`It works, but this tmux does not know: ${unknown.join(', ')}.`)
      : ok('a program was started, shown and ended');
  } catch (error) {
    const why = (error as Error).message;
    return failure(
      `tmux is there, but a trial of it fails: ${why}`,
      `tmux -L trial -f /dev/null -C new-session 'exec cat'`,
    );
  }
}

async function lookAtServer(context: Context): Promise<Finding> {
  const { server, socketName } = context;
  const program = await lookForTmux(context);
  if (program.level !== 'ok') return ok('not looked at, see tmux');
  try {
    const running = await server();
    if (!running) return ok('none runs yet');
    return judgeServer(running, program.seen.replace(/^tmux /, ''), socketName);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return failure(error.message, `tmux -L ${socketName} list-sessions  # kill-server ends it, and all in it`);
  }
}

export function judgeServer(running: { version: string; pid: number }, program: string, name: string): Finding {
  if (running.version === program) return ok(`tmux ${running.version} answers, pid ${running.pid}`);
  const seen = `The tmux server is version ${running.version}, the program is ${program}; they may not understand each other.`;
  return warning(seen, `rdv ls  # then, when nothing in it is needed: tmux -L ${name} kill-server`);
}

async function lookForDescription({ clean }: Context): Promise<Finding> {
  const name = terminalName();
  const described = await canRun('infocmp', [name], { environment: clean, timeoutMs: PATIENCE_MS });
  if (described === undefined || described.exitCode === 0) {
    if (name === 'tmux-256color') return ok(`programs find ${name}`);
    return note(
      `Nothing describes tmux-256color; programs get ${name}, without italics.`,
      installing('ncurses-term', clean.PATH),
    );
  }
  return warning(
    `Programs find no description of ${name}, the terminal they run in.`,
    installing('ncurses-term', clean.PATH),
  );
}

async function lookForGit({ clean }: Context): Promise<Finding> {
  try {
    const { text } = await probeGit(clean, PATIENCE_MS);
    return ok(`git ${text}`);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const seen = `${firstSentence(error)} Without it there are no worktrees.`;
    return warning(seen, error.data.code === 'GIT_UNAVAILABLE' ? 'git version' : installing('git', clean.PATH));
  }
}
