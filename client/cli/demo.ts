/** `rdv demo`: a session with live output, a few seconds of it, and what to type next. */
import { accessSync, constants, realpathSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import type { Session } from '#protocol';
import { RpcError } from '#protocol/errors';
import { openTerminal, type Terminal } from '../terminal.js';
import type { Context } from './context.js';
import { createPlain } from './plain.js';

const SHOWN_MS = 5000;

/** Half an hour of the time and the load, in colours; nothing a minimal Debian or macOS lacks. */
const SCRIPT = `
i=0
while [ "$i" -lt 1800 ]; do
  i=$((i + 1))
  if [ -r /proc/loadavg ]; then load=$(cut -d ' ' -f 1-3 /proc/loadavg); else load=$(sysctl -n vm.loadavg); fi
  printf '\\033[3%dm%s\\033[0m  tick \\033[1m%d\\033[0m  load %s\\n' "$((i % 6 + 1))" "$(date +%H:%M:%S)" "$i" "$load"
  sleep 1
done
echo 'The demo is over.'`;

export async function demo(context: Context): Promise<void> {
  const { output, call } = context;
  const session = await demoSession(context);
  if (output.json) return output.object(session);
  const { serverInfo } = await context.client();
  output.note(`The daemon ${serverInfo.version} runs; session "demo" lives in it. A few seconds of what it prints:`);
  const terminal = await openTerminal(await context.client(), { sessionId: session.id, mode: 'ro', scrollback: 0 });
  const stop = AbortSignal.any([AbortSignal.timeout(SHOWN_MS), context.signal]);
  stop.addEventListener('abort', () => void terminal.close().catch(() => {}), { once: true });
  await show(terminal, createPlain(output.colors.isColorSupported), output.data);
  if (context.signal.aborted) throw new RpcError('Cancelled', 'The demo was interrupted; its session goes on.');
  const { sessions } = await call('session/list', {});
  output.note(whatNext(session, sessions.length));
}

/** The one that still runs, or a new one: a demo may be seen twice. */
async function demoSession({ call }: Context): Promise<Session> {
  const { sessions } = await call('session/list', {});
  const old = sessions.filter(({ name, command }) => name === 'demo' && command?.[2] === SCRIPT);
  const running = old.find(({ status, exit }) => status === 'active' && exit === null);
  if (running) return running;
  for (const { id } of old) await call('session/close', { id });
  return call('session/create', { name: 'demo', command: ['/bin/sh', '-c', SCRIPT] });
}

/** Only what is printed from now on: a drawn screen would land on top of the user's own. */
async function show(
  terminal: Terminal,
  plain: (data: Uint8Array) => string,
  print: (text: string) => void,
): Promise<void> {
  for await (const event of terminal) if (event.type === 'data') print(plain(event.data));
  // The line under way may have left a colour behind.
  print(plain(Buffer.from('\x1b[0m')));
}

function whatNext({ id, backend }: Session, sessions: number): string {
  const rdv = howToRun();
  const short = id.slice(0, 8);
  const rows = [
    [`${rdv} ls`, `lists your sessions (${sessions} now)`],
    [`${rdv} attach ${short}`, 'goes in; Ctrl-] then d comes out again'],
    [`${rdv} new`, 'starts your shell in a session of its own'],
    [`${rdv} close ${short} --yes`, 'ends the demo'],
    [`${rdv} daemon stop`, `stops the daemon; sessions ${backend === 'tmux' ? 'live on' : 'end with it'}`],
  ];
  const width = Math.max(...rows.map(([command = '']) => command.length));
  const lines = rows.map(([command = '', does]) => `  ${command.padEnd(width)}   ${does}`);
  return ['', 'It goes on without you. Next:', '', ...lines].join('\n');
}

/** What to type to run this very program: its name if that is found on the path, else node and the file. */
function howToRun(): string {
  const file = realpathSync(process.argv[1]!);
  const onPath = (process.env.PATH ?? '').split(delimiter).some((folder) => isSame(join(folder, 'rdv'), file));
  if (onPath) return 'rdv';
  const near = relative(process.cwd(), file);
  return `node ${near.startsWith('..') ? file : near}`;
}

function isSame(path: string, file: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return realpathSync(path) === file;
  } catch {
    // Not there, or not for us: not the program.
    return false;
  }
}
