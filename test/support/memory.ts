/** The session and event slices as the daemon wires them, over real SQLite and a slow fake tmux. */
import { EventEmitter } from 'node:events';
import { tmpdir } from 'node:os';
import { type AgentState, type MethodName, methods, type Params, type Result, type Session } from '#protocol';
import { openDatabase } from '../../daemon/db/open.js';
import { eventHandlers } from '../../daemon/events/handlers.js';
import { createJournal } from '../../daemon/events/journal.js';
import type { Caller, Peer } from '../../daemon/rpc/handlers.js';
import { createHub } from '../../daemon/rpc/hub.js';
import type { Identity } from '../../daemon/rpc/identity.js';
import { createLock } from '../../daemon/rpc/locks.js';
import type { AnyHandler } from '../../daemon/rpc/serve.js';
import { createSessions } from '../../daemon/sessions/create.js';
import { drivingHandlers } from '../../daemon/sessions/driving.js';
import { sessionHandlers } from '../../daemon/sessions/handlers.js';
import { createHands } from '../../daemon/sessions/hands.js';
import { createPlaces } from '../../daemon/sessions/places.js';
import { closeGone, type ReconcileDeps, reconcile } from '../../daemon/sessions/reconcile.js';
import { mustBeHere } from '../../daemon/sessions/session.js';
import { createStartup } from '../../daemon/sessions/startup.js';
import { createSessionStore } from '../../daemon/sessions/store.js';
import { identityOf } from './identity.js';
import { createSlowBackend, type SlowBackend } from './slow-backend.js';
import { createSurroundings } from './surroundings.js';

export interface Told {
  readonly name: string;
  readonly params: any;
}

export interface Asking {
  readonly user?: string;
  readonly signal?: AbortSignal;
  readonly progress?: (value: unknown) => void;
  readonly peer?: Peer;
  readonly identity?: Identity;
}

export type Memory = ReturnType<typeof openMemory>;

/** `path` names a database to keep, `backend` one that lives on. Times are 1000, 1001, ... as they are asked for. */
export function openMemory({
  path = ':memory:',
  backend = createSlowBackend(),
}: {
  path?: string;
  backend?: SlowBackend;
} = {}) {
  const db = openDatabase(path);
  const store = createSessionStore(db);
  const hub = createHub();
  const log: Record<string, unknown>[] = [];
  /** What viewers were told: `endAll <id> <reason>`, `forget <pane>`, `ended <pane> <code>`. */
  const seen: string[] = [];
  let time = 1000;
  const ending = new AbortController();
  const floor = {
    backend,
    store,
    places: createPlaces((id) => mustBeHere(store.find(id), backend.kind)),
    journal: createJournal(db, hub, () => time++),
    now: () => time++,
    lock: createLock(),
    log: (line: Record<string, unknown>) => void log.push(line),
  };
  const surroundings = createSurroundings();
  db.prepare("INSERT OR IGNORE INTO folder VALUES (?, 'ann', NULL, 'known', NULL, 0, 0, 1, 1)").run(
    surroundings.folders.known,
  );
  const agents = createFakeAgents();
  const deps = {
    ...floor,
    ...surroundings,
    agents,
    hands: createHands(Date.now),
    startup: createStartup(floor, { quietMs: 20, muteMs: 60, patienceMs: 200 }),
    environment: { HOME: tmpdir(), PATH: process.env.PATH ?? '', SHELL: '/bin/sh' },
    umask: 0o022,
    socket: '/run/api.sock',
    ending: ending.signal,
    ends: { count: 0, look: () => void looks.add(look()) },
    over: ({ name }: Session, pane: number) => void seen.push(`over ${name} ${pane}`),
    viewers: {
      endAll: (id: string, reason: string) => void seen.push(`endAll ${id} ${reason}`),
      forget: (pane: number) => void seen.push(`forget ${pane}`),
    },
  };
  const wiring: ReconcileDeps = {
    ...deps,
    ended: ({ exit }, pane) => void seen.push(`ended ${pane} ${exit?.code}`),
    gone: ({ id }, pane) => void seen.push(`gone ${id} ${pane}`),
  };
  const look = (boot = false) => reconcile(wiring, { boot });
  /** Begun by a program's end; a test may be over before they are. */
  const looks = new Set<Promise<unknown>>();
  backend.events = {
    output(pane) {
      const id = deps.places.byPane(pane);
      if (id !== undefined) deps.places.spoke(id);
    },
    windowClosed(window) {
      const id = deps.places.byWindow(window);
      if (id !== undefined) void closeGone(wiring, id);
    },
    died() {
      deps.ends.count++;
      deps.ends.look();
    },
  };

  const handlers = {
    ...sessionHandlers(deps),
    ...drivingHandlers(deps),
    ...eventHandlers({ journal: deps.journal, hub }),
  };
  /** One call, checked and locked as the floor does it. */
  async function call<M extends MethodName & keyof typeof handlers>(
    name: M,
    params: Params<M>,
    asking: Asking = {},
  ): Promise<Result<M>> {
    const { user = 'ann', signal = new AbortController().signal, progress = () => {} } = asking;
    const caller: Caller = {
      user,
      identity: asking.identity ?? identityOf(user),
      signal,
      progress,
      peer: asking.peer ?? createFakePeer(user).peer,
    };
    const parsed = methods[name].params.parse(params) as Record<string, unknown>;
    const run = async () => (handlers[name] as AnyHandler)(parsed, caller);
    const { lock } = methods[name] as { lock?: string };
    const result = await (lock === undefined ? run() : deps.lock(`session ${parsed[lock]}`, run, signal));
    methods[name].result.parse(result);
    return result as Result<M>;
  }

  return {
    ...deps,
    db,
    hub,
    seen,
    logged: log,
    call,
    look,
    create: createSessions(deps),
    /** A session that is there. */
    made: (params: Params<'session/create'> = {}) => call('session/create', params),
    /** Every event told so far, `name` and the session's state. */
    events: () =>
      ['ann', 'bob'].flatMap((user) =>
        deps.journal.list(user, 0, 1000).map(({ name, params }) => `${name} ${(params.session as any)?.status ?? ''}`),
      ),
    /** Names and states of all rows, intents too. */
    rows: () => db.prepare('SELECT name, status FROM session ORDER BY created_at').all(),
    /** When the looks that programs' ends brought about are over. */
    settled: () => Promise.allSettled(looks),
    async close() {
      deps.startup.close();
      await Promise.allSettled(looks);
      db.close();
    },
  };
}

/** A connection that keeps what it is sent. */
export function createFakePeer(user: string) {
  const told: Told[] = [];
  const arrivals = new EventEmitter();
  const take = (name: string, params: unknown) => {
    told.push({ name, params });
    arrivals.emit('told');
  };
  const leaving = new EventEmitter();
  const peer: Peer = {
    id: `peer of ${user}`,
    user,
    identity: identityOf(user),
    unsent: 0,
    tell: take,
    send(frame) {
      const { method, params } = JSON.parse(frame.subarray(frame.indexOf('\r\n\r\n') + 4).toString());
      take(method, params);
    },
    onDrain: () => () => {},
    onClose(listener) {
      leaving.on('close', listener);
      return () => leaving.off('close', listener);
    },
  };
  return { peer, told, leave: () => void leaving.emit('close') };
}

/** Agents are in the state a test says. */
function createFakeAgents() {
  const states = new Map<string, AgentState>();
  const listeners = new Set<(change: { look: { sessionId: string } }) => void>();
  return {
    find: (id: string) => (states.has(id) ? { verdict: { state: states.get(id)! } } : undefined),
    onChange(listener: (change: { look: { sessionId: string } }) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** Listening now. */
    get listeners() {
      return listeners.size;
    },
    become(sessionId: string, state: AgentState) {
      states.set(sessionId, state);
      for (const listener of listeners) listener({ look: { sessionId } });
    },
  };
}
