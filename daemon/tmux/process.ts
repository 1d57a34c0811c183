/** Keeps one control-mode client running: starts the server when there is none, comes back when the client dies. */
import { closeSync, openSync } from 'node:fs';
import { execa } from 'execa';
import type { BackendEvents } from '../backend/index.js';
import { BELL, HUB, settings } from './config.js';
import { type Control, createControl, TmuxError, TmuxGone } from './control.js';
import { unescapeBuffer } from './escapes.js';
import { lookForEnds } from './nudge.js';

export interface ProcessOptions {
  /** Name for `-L`. */
  readonly socketName: string;
  readonly terminal: string;
  /** The environment of a server born here, and so of every session in it. */
  readonly environment: Readonly<Record<string, string>>;
  log(line: { level: 'warn'; message: string; [key: string]: unknown }): void;
  /** Ends a client that may never become ready. */
  readonly signal?: AbortSignal;
}

/** What the connection itself tells; a program's end comes as output of the bell. */
export type ProcessEvents = Omit<BackendEvents, 'died'>;

export interface TmuxProcess {
  run: Control['run'];
  /** Pid of the tmux server, for health and measuring. */
  readonly serverPid: number | undefined;
  readonly bellPane: number | undefined;
  /** What `show-buffer` printed, as the bytes in the buffer. */
  bufferText(shown: Buffer): Buffer;
  /** Ends our client; server and sessions live on. */
  close(): Promise<void>;
}

/** tmux answers in well under a millisecond; one that is silent this long hangs, and its client is replaced. */
const SILENCE_MS = 10_000;
/** A client takes its leave within milliseconds. */
const CLOSE_MS = 2000;
/** Reading slower than this many seconds makes tmux drop a pane's output rather than grow. */
const PAUSE_AFTER_S = 5;
/** How often, and with what pause, a new client is asked whether it is attached. */
const ATTACH_ATTEMPTS = 500;
const ATTACH_PAUSE_MS = 10;

/** Resolves when the first connection stands. Throws TmuxGone when tmux cannot be started at all. */
export async function openProcess(options: ProcessOptions, events: ProcessEvents): Promise<TmuxProcess> {
  let closed = false;
  let attempts = 0;
  /** Commands go to this one, also when it has ended: they fail until `connected` is told of another. */
  let link: Link = openLink(options, events);
  let newest = link;
  let server = await link.ready;
  watch();

  function watch() {
    void link.ended.then((reason) => {
      if (closed) return;
      options.log({ level: 'warn', message: 'tmux connection lost', reason });
      events.lost(reason);
      void again();
    });
  }

  async function again(): Promise<void> {
    while (!closed) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(attempts++ * 100, 2000)));
      if (closed) return;
      try {
        newest = openLink(options, events);
        const next = await newest.ready;
        const same = next.identity === server.identity;
        server = next;
        link = newest;
        attempts = 0;
        watch();
        events.connected(same);
        return;
      } catch (error) {
        options.log({ level: 'warn', message: 'tmux does not come back yet', reason: String(error) });
      }
    }
  }

  return {
    run: (commands, watching) => bounded(link, commands, watching),
    get serverPid() {
      return server.pid;
    },
    get bellPane() {
      return server.bellPane;
    },
    bufferText: (shown) => server.bufferText(shown),
    async close() {
      closed = true;
      await newest.close();
    },
  };
}

async function bounded(link: Link, ...[commands, watching]: Parameters<Control['run']>): Promise<Buffer[]> {
  const timer = setTimeout(() => link.kill(`tmux did not answer ${commands[0]?.[0]} in ${SILENCE_MS} ms`), SILENCE_MS);
  timer.unref();
  try {
    return await link.control.run(commands, watching);
  } finally {
    clearTimeout(timer);
  }
}

interface Server {
  readonly pid: number;
  readonly identity: string;
  readonly bufferText: (shown: Buffer) => Buffer;
  readonly bellPane: number;
}

interface Link {
  readonly control: Control;
  readonly ready: Promise<Server>;
  /** Resolves with the reason, once. */
  readonly ended: Promise<string>;
  kill(reason: string): void;
  close(): Promise<void>;
}

function openLink(options: ProcessOptions, events: ProcessEvents): Link {
  const child = spawnClient(options);
  let reason = '';
  const control = createControl(child.stdin!, child.stdout!, {
    output: events.output,
    paused: events.paused,
    windowClosed: events.windowClosed,
    other: () => {},
    exit: (why) => {
      reason ||= why;
    },
  });
  // A client that died between two writes: its end is told by `ended`, this would only be the echo of it.
  child.stdin!.on('error', () => {});
  const ended = child.then((result) => {
    const why = reason || result.stderr || `tmux client ended with ${result.exitCode ?? result.signal}`;
    control.fail(why);
    return why;
  });
  const kill = (why: string) => {
    reason ||= why;
    child.kill('SIGKILL');
  };
  const ready = Promise.race([prepare(control, options), ended.then((why) => Promise.reject(new TmuxGone(why)))]);
  options.signal?.addEventListener('abort', () => kill('it was not waited for'), { once: true });
  // A client that cannot be used must not stay: it would keep the process alive.
  ready.catch((error: unknown) => kill(String(error)));
  return {
    control,
    ended,
    ready,
    kill,
    async close() {
      child.stdin!.end();
      // A server that hangs never lets its client go.
      const late = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS);
      await ended;
      clearTimeout(late);
    },
  };
}

/** Three pipes, each with two ends while the child is made, and what making it takes. */
const CHILD_DESCRIPTORS = 10;

/** Throws EMFILE. A child without pipes fails in a place where nobody can catch it. */
function needDescriptors(): void {
  const spare: number[] = [];
  try {
    while (spare.length < CHILD_DESCRIPTORS) spare.push(openSync('/dev/null', 'r'));
  } finally {
    for (const descriptor of spare) closeSync(descriptor);
  }
}

function spawnClient({ socketName, environment }: ProcessOptions) {
  needDescriptors();
  const attach = ['new-session', '-A', '-s', HUB, '-n', 'bell', '-x', '80', '-y', '24', 'exec cat >/dev/null'];
  return execa('tmux', ['-L', socketName, '-f', '/dev/null', '-C', ...attach], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: { stdout: false },
    reject: false,
    // The folder the daemon was started in may be deleted; a server born there would then ignore directories.
    cwd: '/',
    env: environment,
    extendEnv: false,
    encoding: 'utf8',
  });
}

/** tmux reads our first command at times before it has attached the client, and then knows of no client. */
async function attached(control: Control): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await control.run([['refresh-client', '-f', `pause-after=${PAUSE_AFTER_S}`]]);
      return;
    } catch (error) {
      if (!(error instanceof TmuxError && error.message === 'no current client') || attempt === ATTACH_ATTEMPTS)
        throw error;
      await new Promise((resolve) => setTimeout(resolve, ATTACH_PAUSE_MS));
    }
  }
}

/** Makes a fresh connection ours: output bounded, options current, the bell's window alive. */
async function prepare(control: Control, { terminal, log }: ProcessOptions): Promise<Server> {
  await attached(control);
  const [told] = await control.run([['display-message', '-p', '#{pid} #{start_time}']]);
  const identity = told!.toString();
  const pid = Number(identity.split(' ')[0]);
  // Programs may have ended while nobody was here; by the time all this is done tmux knows.
  lookForEnds(pid);
  const set = settings(terminal).map((setting) =>
    control.run([setting]).catch((error: unknown) => {
      if (!(error instanceof TmuxError)) throw error;
      log({
        level: 'warn',
        message: 'tmux does not know a setting',
        setting: setting.join(' '),
        reason: error.message,
      });
    }),
  );
  await Promise.all(set);
  const [bell] = await control.run([['list-panes', '-t', BELL, '-F', '#{pane_id} #{pane_dead}']]);
  const [pane = '', dead] = bell!.toString().split(' ');
  if (dead === '1') await control.run([['respawn-pane', '-k', '-t', pane]]);
  const bufferText = (await escapesBuffers(control)) ? unescapeBuffer : asItIs;
  return { pid, identity, bellPane: Number(pane.slice(1)), bufferText };
}

const asItIs = (text: Buffer): Buffer => text;

/** Up to 3.3 `show-buffer` escapes what it prints on a control connection, later versions print it as it is. */
async function escapesBuffers(control: Control): Promise<boolean> {
  const [, shown] = await control.run([
    ['set-buffer', '-b', 'rdv-probe', '\\'],
    ['show-buffer', '-b', 'rdv-probe'],
    ['delete-buffer', '-b', 'rdv-probe'],
  ]);
  return shown!.toString() === '\\\\';
}
