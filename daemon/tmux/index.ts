/** Our own tmux server: the one way the daemon starts programs, sees their output and types into them. */
import { RpcError } from '#protocol/errors';
import type { Backend, BackendEvents, CaptureOptions, Cut, SeenWindow } from '../backend/index.js';
import { capture } from './capture.js';
import { TmuxError, TmuxGone } from './control.js';
import { leaveModes, pasteBytes, typeBytes, typeKeys } from './keys.js';
import { createMarkKeeper } from './marks.js';
import { createNudge } from './nudge.js';
import { openProcess, type ProcessOptions, type TmuxProcess } from './process.js';
import { probeTmux, type TmuxVersion, terminalName } from './version.js';
import {
  createWindow,
  killWindow,
  linkedWindows,
  linkWindow,
  listSessions,
  listWindows,
  resizeWindow,
} from './windows.js';

export { checkTmux } from './version.js';

/** Throws Unavailable, with the cure, when tmux is absent or too old, and TmuxGone when it cannot be started. */
export async function openTmux(options: Omit<ProcessOptions, 'terminal'>, events: BackendEvents): Promise<Backend> {
  const version = await probeTmux(options);
  const order = createOrder();
  // Output may come before the first connection is fully prepared.
  let bell: number | undefined;
  let serverPid: number | undefined;
  const nudge = createNudge(() => serverPid);
  let ready: TmuxProcess['run'] | undefined;
  const marks = createMarkKeeper(() => ready);
  const child = await openProcess(
    { ...options, terminal: terminalName() },
    {
      ...events,
      output(pane, data) {
        if (pane === bell) return events.died();
        nudge.soon();
        order.output(pane, data.length);
        marks.output(pane, data);
        events.output(pane, data);
      },
      paused(pane) {
        order.disturbed();
        marks.missed(pane);
        events.paused(pane);
      },
      windowClosed(window) {
        order.disturbed();
        events.windowClosed(window);
      },
      connected(sameServer) {
        ({ bellPane: bell, serverPid } = child);
        order.disturbed();
        // Another server gives the same numbers to other panes.
        for (const pane of marks.panes()) (sameServer ? marks.missed : marks.forget)(pane);
        events.connected(sameServer);
      },
    },
  );
  ({ bellPane: bell, serverPid } = child);
  const run = child.run;
  ready = run;
  const via = { run, bufferText: child.bufferText, marks: marks.of };

  return {
    kind: 'tmux',
    version: `tmux ${version.text}`,
    socketName: options.socketName,
    degraded: undefined,
    create: (window) => createWindow(run, window).catch(sayUnmade),
    async list() {
      // A pane made while tmux is asked is not in its answer.
      const before = marks.panes();
      const windows = await said(listAndLink(run, tellsSignals(version)));
      const present = new Set(windows.map(({ pane }) => pane));
      for (const pane of before) if (!present.has(pane)) marks.forget(pane);
      return windows;
    },
    sessions: () => said(listSessions(run)),
    capture: (pane, wanted) => said(captureCut(via, order, pane, wanted)),
    pause: (pane) => said(run([['refresh-client', '-A', `%${pane}:pause`]])).then(() => {}),
    type: (pane, data) => said(typeBytes(run, pane, data)),
    paste: (pane, data) => said(pasteBytes(run, pane, data)),
    keys: (pane, names) => said(typeKeys(run, pane, names)),
    leaveModes: (pane) => said(leaveModes(run, pane)),
    resize: (window, cols, rows) => said(resizeWindow(run, window, cols, rows)),
    kill: (window, hard = false) => killWindow(run, window, hard).catch(ignoreAbsent).catch(say),
    ping: () => said(run([['display-message', '-p', 'ok']])).then(() => {}),
    async close() {
      nudge.close();
      marks.close();
      await child.close();
    },
  };
}

const tellsSignals = ({ major, minor }: TmuxVersion) => major > 3 || (major === 3 && minor >= 3);

async function listAndLink(run: Parameters<typeof listWindows>[0], signals: boolean): Promise<SeenWindow[]> {
  const unique = oneOfEach(await listWindows(run, signals));
  const linked = await linkedWindows(run);
  // One that ended since it was listed cannot be linked; the others are there all the same.
  const linking = unique.map(({ window, id }) => linked.has(window) || linkWindow(run, id).then(isThere, isNotThere));
  const there = await Promise.all(linking);
  return unique.filter((_, at) => there[at]);
}

/** Another session of the server may show a window of ours too, under a name like ours: `new-session -t` calls it so. */
function oneOfEach(windows: readonly SeenWindow[]): SeenWindow[] {
  const ours = windows.filter(({ id }) => UUID.test(id));
  return [...new Map([...windows, ...ours].map((window) => [window.pane, window])).values()];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const isThere = () => true;

function isNotThere(error: unknown): false {
  ignoreAbsent(error);
  return false;
}

type Order = ReturnType<typeof createOrder>;

/** Remembers in which order panes spoke, to judge whether a capture stands where it seems to. */
function createOrder() {
  let last = -1;
  let disturbances = 0;
  const counts = new Map<number, number>();
  return {
    output(pane: number, bytes: number) {
      last = pane;
      counts.set(pane, (counts.get(pane) ?? 0) + bytes);
    },
    disturbed: () => void disturbances++,
    now: (pane: number) => ({ last, disturbances, bytes: counts.get(pane) ?? 0 }),
  };
}

/**
 * tmux shares its connection fairly between panes: while another pane's older output still waits, this pane's output
 * from after the capture may go out before the capture does. That cannot have happened when this pane said nothing
 * since we asked, or when it was the last to speak before the reply (its older output was then what the reply waited
 * for) and nothing else made tmux drop output meanwhile.
 */
async function captureCut(
  via: Parameters<typeof capture>[0],
  order: Order,
  pane: number,
  wanted: CaptureOptions,
): Promise<Cut> {
  const before = order.now(pane);
  let exact = false;
  try {
    const captured = await capture(via, pane, {
      ...wanted,
      begun() {
        const now = order.now(pane);
        exact = now.bytes === before.bytes || (now.last === pane && now.disturbances === before.disturbances);
        wanted.begun?.();
      },
    });
    return { ...captured, exact };
  } catch (error) {
    // The program left its alternate screen between being asked whether it shows one and being asked for it.
    if (!(error instanceof TmuxError && error.message === 'no alternate screen')) throw error;
    return captureCut(via, order, pane, { ...wanted, alternate: false });
  }
}

/** The rim of the adapter: what tmux refused or could not do, in words for a caller. */
const said = <T>(result: Promise<T>): Promise<T> => result.catch(say);

function say(error: unknown): never {
  if (error instanceof TmuxGone) {
    throw new RpcError('Unavailable', `tmux is not answering: ${error.message}. Try again in a moment.`, {
      code: 'TMUX_UNAVAILABLE',
    });
  }
  if (!(error instanceof TmuxError)) throw error;
  if (isAbsent(error))
    throw new RpcError('Gone', `The tmux window is gone: ${error.message}.`, { code: 'TMUX_SESSION_GONE' });
  throw new RpcError('Unavailable', `tmux refused: ${error.message}.`, { code: 'TMUX_FAILED' });
}

/** Of what was made all the same, whoever wanted it finds and ends it. */
function sayUnmade(error: unknown): never {
  if (!(error instanceof TmuxError)) return say(error);
  const said = `tmux could not make the session: ${error.message}.`;
  throw new RpcError('Unavailable', `${said} See \`rdv doctor\`.`, { code: 'TMUX_CREATE_FAILED' });
}

function ignoreAbsent(error: unknown): void {
  if (!(error instanceof TmuxError && isAbsent(error))) throw error;
}

/** Only tmux's own word for it counts as absence; anything else is unknown. */
function isAbsent(error: TmuxError): boolean {
  return /^can't find (pane|window|session)/.test(error.message);
}
