/** One window: a program on its terminal, and the model of its screen. */
import { RpcError } from '#protocol/errors';
import type { BackendEvents, CaptureOptions, Cut, NewWindow, SeenWindow } from '../backend/index.js';
import { keyBytes } from './keys.js';
import { createModel } from './model.js';
import type { Loaded } from './native.js';
import { type Program, type ProgramEvents, startProgram } from './program.js';

export interface Window {
  seen(): SeenWindow;
  /** Exact: nothing is read from the program until its screen shows all it printed before. Throws Gone when ended meanwhile. */
  capture(options: CaptureOptions): Promise<Cut>;
  type(data: Buffer): void;
  paste(data: Buffer): void;
  keys(names: readonly string[]): void;
  /** Terminal and screen in one step, after all that was printed for the size before. */
  resize(cols: number, rows: number): Promise<void>;
  /** SIGHUP, and SIGKILL if need be. Resolves when the program has ended. */
  end(): Promise<void>;
  /** SIGKILL now, for a process about to exit. */
  slay(): void;
}

export interface WindowDeps {
  readonly native: Loaded;
  readonly environment: Readonly<Record<string, string>>;
  readonly events: Pick<BackendEvents, 'output' | 'died'>;
  /** Of window and pane. */
  readonly number: number;
}

const PASTE = { begin: Buffer.from('\x1b[200~'), end: Buffer.from('\x1b[201~') };

/** Printed and not yet on the screen model: above the first the program is left waiting, below the second read again. */
const UNREAD = { high: 128 * 1024, low: 32 * 1024 };

/** Throws Unavailable when the system has no more terminals or processes. */
export function openWindow({ native, environment, events, number }: WindowDeps, wanted: NewWindow): Window {
  let { cols, rows } = wanted;
  let exit: { code: number | null; signal: number | null } | undefined;
  let open = true;
  let holds = 0;
  let flooded = false;
  let reading = true;

  const regulate = () => {
    flooded = model.unread > (flooded ? UNREAD.low : UNREAD.high);
    const wants = holds === 0 && !flooded;
    if (wants === reading || !open) return;
    reading = wants;
    if (wants) program.resume();
    else program.pause();
  };

  const model = createModel({ ...wanted, answer: (data) => program.type(data), progress: regulate });
  const program = start(native, wanted, environmentOf(wanted, environment), {
    output(data) {
      events.output(number, data);
      model.write(data);
      regulate();
    },
    exited(code, signal) {
      exit = { code, signal };
      events.died();
    },
  });

  /** Acts when the screen stands exactly where the told output does. */
  const still = async <T>(act: () => T): Promise<T> => {
    holds++;
    regulate();
    try {
      while (open && model.unread > 0) await model.settled();
      if (!open) throw gone(number);
      return act();
    } finally {
      holds--;
      regulate();
    }
  };

  return {
    seen: () => ({
      ...{ id: wanted.id, window: number, pane: number, pid: program.pid, cols, rows },
      ...{ dead: exit !== undefined, exitCode: exit?.code ?? null, exitSignal: exit?.signal ?? null },
    }),
    capture: (options) =>
      still(() => {
        options.begun?.();
        const { modes, ...texts } = model.capture(options);
        return { ...texts, modes: { ...modes, dead: Number(exit !== undefined) }, exact: true };
      }),
    type: program.type,
    paste: (data) => program.type(model.bracketedPaste ? Buffer.concat([PASTE.begin, data, PASTE.end]) : data),
    keys: (names) => program.type(keyBytes(names, model.cursorKeys)),
    resize: (toCols, toRows) =>
      still(() => {
        [cols, rows] = [toCols, toRows];
        model.resize(cols, rows);
        program.resize(cols, rows);
      }),
    end() {
      open = false;
      model.close();
      return program.end();
    },
    slay: program.slay,
  };
}

export function gone(number: number): RpcError {
  return new RpcError('Gone', `The terminal ${number} is gone.`, { code: 'TMUX_SESSION_GONE' });
}

const environmentOf = ({ environment }: NewWindow, all: WindowDeps['environment']) => ({
  ...all,
  ...environment,
  TERM: 'xterm-256color',
});

function start(
  native: Loaded,
  wanted: NewWindow,
  environment: Readonly<Record<string, string>>,
  events: ProgramEvents,
): Program {
  try {
    return startProgram(native, wanted, environment, events);
  } catch (error) {
    const said = `The system gives no terminal to another program: ${(error as Error).message}.`;
    throw new RpcError('Unavailable', `${said} Close a session and try again.`, { code: 'PTY_FAILED' });
  }
}
