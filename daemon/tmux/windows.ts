/** Makes, lists, sizes and ends the windows that sessions live in. */
import {
  type BackendSession,
  endGroup,
  launchArguments,
  type NewWindow,
  type Place,
  type SeenWindow,
} from '../backend/index.js';
import { HUB, PREFIX } from './config.js';
import type { Control } from './control.js';

/**
 * Starts the program in a window of its own and shows it to the hub, in one step: no output can come before the hub
 * sees it. tmux expands formats in `-c`, so the directory goes to a small shell instead, which is the program after it.
 */
export async function createWindow(run: Control['run'], wanted: NewWindow): Promise<Place> {
  const session = `=${PREFIX}${wanted.id}:`;
  const environment = Object.entries(wanted.environment).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
  const size = ['-x', String(wanted.cols), '-y', String(wanted.rows)];
  const [, made] = await run([
    ['set-option', '-g', 'history-limit', String(wanted.historyLimit)],
    ['new-session', '-d', '-P', '-F', '#{window_id} #{pane_id}', '-s', `${PREFIX}${wanted.id}`, ...size, '-c', '/']
      .concat(environment)
      .concat(['--', '/bin/sh', ...launchArguments(wanted)]),
    ['resize-window', '-t', session, ...size],
    ['link-window', '-d', '-s', session, '-t', `=${HUB}:`],
  ]);
  const [window = '', pane = ''] = made!.toString().split(' ');
  return { window: Number(window.slice(1)), pane: Number(pane.slice(1)) };
}

const LIST = [
  '#{session_name}',
  '#{window_id}',
  '#{pane_id}',
  '#{pane_pid}',
  '#{pane_dead}',
  '#{pane_dead_status}',
  '#{pane_dead_signal}',
  '#{window_width}',
  '#{window_height}',
].join(' ');

/** Every managed window of the server, whoever made it. tmux before 3.3 tells no signal (`tellsSignals` false): there a closed pane must do. */
export async function listWindows(run: Control['run'], tellsSignals: boolean): Promise<SeenWindow[]> {
  const [reply] = await run([['list-panes', '-a', '-F', LIST]]);
  return reply!
    .toString()
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([name]) => name?.startsWith(PREFIX) && name !== HUB)
    .map(([name = '', window = '', pane = '', pid, dead, status, signal, cols, rows]) => ({
      id: name.slice(PREFIX.length),
      window: Number(window.slice(1)),
      pane: Number(pane.slice(1)),
      pid: Number(pid),
      // While tmux has not collected its exit (see nudge.ts) a closed pane is not yet an ended program.
      dead: dead === '1' && (Boolean(status || signal) || !tellsSignals),
      exitCode: status ? Number(status) : null,
      exitSignal: signal ? Number(signal) : null,
      cols: Number(cols),
      rows: Number(rows),
    }));
}

/** A name may hold blanks, so it stands last. */
const SESSIONS = '#{window_id} #{session_created} #{session_attached} #{session_name}';

/** Every session with a name like those of ours, whoever made it. */
export async function listSessions(run: Control['run']): Promise<BackendSession[]> {
  const [reply] = await run([['list-windows', '-a', '-F', SESSIONS]]);
  const found = new Map<string, BackendSession & { readonly windows: number[] }>();
  for (const line of reply!.toString().split('\n')) {
    const [, window, created, attached, name = ''] = /^@(\d+) (\d+) (\d+) (.*)$/.exec(line) ?? [];
    if (!name.startsWith(PREFIX) || name === HUB) continue;
    const facts = {
      id: name.slice(PREFIX.length),
      name,
      createdAt: Number(created) * 1000,
      attached: attached !== '0',
    };
    const session = found.get(name) ?? { ...facts, windows: [] };
    session.windows.push(Number(window));
    found.set(name, session);
  }
  return [...found.values()];
}

/** Shows a window to the hub; for windows found again after the hub was lost. */
export async function linkWindow(run: Control['run'], id: string): Promise<void> {
  await run([['link-window', '-d', '-s', `=${PREFIX}${id}:`, '-t', `=${HUB}:`]]);
}

/** Ids of windows the hub already shows. */
export async function linkedWindows(run: Control['run']): Promise<ReadonlySet<number>> {
  const [reply] = await run([['list-windows', '-t', `=${HUB}:`, '-F', '#{window_id}']]);
  return new Set(
    reply!
      .toString()
      .split('\n')
      .map((line) => Number(line.slice(1))),
  );
}

export async function resizeWindow(run: Control['run'], window: number, cols: number, rows: number): Promise<void> {
  await run([['resize-window', '-t', `@${window}`, '-x', String(cols), '-y', String(rows)]]);
}

/** Ends the window in every session that shows it; its processes get SIGHUP. */
export async function killWindow(run: Control['run'], window: number, hard: boolean): Promise<void> {
  const target = ['-t', `@${window}`];
  const [pid] = await run([
    ['display-message', '-p', ...target, '#{pane_pid}'],
    ['kill-window', ...target],
  ]);
  if (hard && Number(pid) > 0) endGroup(Number(pid));
}
