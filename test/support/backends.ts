/** A real backend of either kind for one test, with everything it told. */
import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { TestContext } from 'node:test';
import type { Backend, BackendEvents, BackendKind, NewWindow, Place, SeenWindow } from '../../daemon/backend/index.js';
import { cleanEnvironment } from '../../daemon/environment.js';
import { openPty } from '../../daemon/pty/index.js';
import { openTmux } from '../../daemon/tmux/index.js';
import { killTmux } from './daemon.js';

export const kinds: readonly BackendKind[] = ['tmux', 'pty'];

export interface Real {
  readonly backend: Backend;
  /** `output`, `paused`, `closed`, `died`, `connected`, `lost`. */
  readonly events: EventEmitter;
  /** What a pane printed so far, a character a byte. */
  text(pane: number): string;
  /** Resolves when a pane has printed the text. */
  printed(pane: number, text: string): Promise<void>;
  /** Resolves once the program has ended, with what the backend knows of it. */
  dead(pane: number): Promise<SeenWindow>;
  start(...argv: string[]): Promise<Place>;
  create(window: Partial<NewWindow> & Pick<NewWindow, 'argv'>): Promise<Place>;
}

export async function openReal(t: TestContext, kind: BackendKind): Promise<Real> {
  const events = new EventEmitter().setMaxListeners(0);
  const outputs = new Map<number, string>();
  const backend = await open(t, kind, {
    output(pane, data) {
      outputs.set(pane, (outputs.get(pane) ?? '') + data.toString('latin1'));
      events.emit('output', pane);
    },
    paused: (pane) => events.emit('paused', pane),
    windowClosed: (window) => events.emit('closed', window),
    died: () => events.emit('died'),
    connected: (same) => events.emit('connected', same),
    lost: (reason) => events.emit('lost', reason),
  });
  let made = 0;
  const create: Real['create'] = (window) =>
    backend.create({
      ...{
        id: `t${++made}`,
        cols: 80,
        rows: 24,
        historyLimit: 100,
        directory: '/',
        umask: 0o022,
        environment: {},
        linger: false,
      },
      ...window,
    });
  return {
    backend,
    events,
    text: (pane) => outputs.get(pane) ?? '',
    async printed(pane, text) {
      while (!(outputs.get(pane) ?? '').includes(text)) await once(events, 'output');
    },
    async dead(pane) {
      for (;;) {
        const died = once(events, 'died');
        const found = (await backend.list()).find((window) => window.pane === pane);
        if (found?.dead) return found;
        await died;
      }
    },
    create,
    start: (...argv) => create({ argv }),
  };
}

async function open(t: TestContext, kind: BackendKind, events: BackendEvents): Promise<Backend> {
  const environment = cleanEnvironment(process.env);
  if (kind === 'pty') {
    const backend = openPty({ environment, degraded: 'a test' }, events);
    t.after(() => backend.close());
    return backend;
  }
  const socketName = `rdv-test-${randomBytes(6).toString('hex')}`;
  const backend = await openTmux({ socketName, environment, log: () => {} }, events);
  t.after(async () => {
    await backend.close();
    await killTmux(socketName);
  });
  return backend;
}
