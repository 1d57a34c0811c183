/** Tries whether tmux can do what is asked of it: a server of its own, one program, its output, and all of it gone again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { RpcError } from '#protocol/errors';
import { askTmux } from './ask.js';
import { openTmux } from './index.js';

export interface Trial {
  /** Settings this tmux does not know; it does without them. */
  readonly unknown: readonly string[];
}

const NAME = 'rdv-trial';
const SAID = 'rdv says';
/** The path of a socket must be short. */
const LONGEST = 60;

export interface TrialOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Throws Unavailable when something of it does not work, or not in time. Nothing is left of it. */
export async function tryTmux({ timeoutMs, signal, ...given }: TrialOptions): Promise<Trial> {
  const folder = mkdtempSync(join(tmpdir().length > LONGEST ? '/tmp' : tmpdir(), 'rdv-tmux-'));
  const environment = { ...given.environment, TMUX_TMPDIR: folder };
  const over = new AbortController();
  try {
    const late = after(timeoutMs, undefined, { signal: AbortSignal.any([over.signal, signal]) }).then(
      () => Promise.reject(new RpcError('Unavailable', `tmux did not show a program within ${timeoutMs} ms.`)),
      () => Promise.reject(new RpcError('Cancelled', 'The trial of tmux was ended.')),
    );
    return await Promise.race([attempt(environment, over.signal), late]);
  } finally {
    over.abort();
    await askTmux(['-L', NAME, 'kill-server'], { environment, timeoutMs });
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function attempt(environment: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Trial> {
  const unknown: string[] = [];
  const ignore = () => {};
  let shown = '';
  let heard = ignore;
  const hears = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const backend = await openTmux(
    { socketName: NAME, environment, signal, log: ({ setting }) => void (setting && unknown.push(String(setting))) },
    {
      output(_pane, data) {
        shown += data.toString('latin1');
        if (shown.includes(SAID)) heard();
      },
      ...{ paused: ignore, windowClosed: ignore, died: ignore, connected: ignore, lost: ignore },
    },
  );
  try {
    await backend.create({
      ...{ id: 'trial', cols: 80, rows: 24, historyLimit: 100, directory: '/', umask: 0o077, environment: {} },
      ...{ argv: ['/bin/sh', '-c', `echo ${SAID}; exec cat`], linger: false },
    });
    await hears;
    await backend.list();
    return { unknown };
  } finally {
    await backend.close();
  }
}
