/** The method that records a session. */
import { join } from 'node:path';
import { type Recording, RpcError, type recordingMethods, type Session } from '#protocol';
import type { Handlers } from '../rpc/handlers.js';
import type { Places } from '../sessions/places.js';
import { isLive } from '../sessions/session.js';
import type { SessionStore } from '../sessions/store.js';
import type { Terminals } from '../terminals/terminals.js';
import { type Recorder, type RecorderDeps, startRecorder } from './recorder.js';

export interface RecordingDeps extends Pick<RecorderDeps, 'log' | 'now'> {
  readonly store: SessionStore;
  readonly places: Places;
  readonly terminals: Pick<Terminals, 'stream'>;
  /** Where recordings go. */
  readonly folder: string;
}

/** One recording a session at a time; the newest is remembered. `close` ends all of them. */
export function createRecordings({ store, places, terminals, folder, log, now }: RecordingDeps) {
  const recorders = new Map<string, Recorder>();
  /** The newest that is over, of each session; no more of it is kept, as it holds all a pane printed. */
  const over = new Map<string, Recording>();

  const start = async (session: Session): Promise<Recording> => {
    const { id } = session;
    const found = recorders.get(id);
    if (found) {
      const { path } = found.state();
      throw new RpcError('Conflict', `Session ${id} is being recorded to ${path}. Stop that first.`);
    }
    const { pane } = places.get(id);
    const path = join(folder, nameOf(session, now()));
    const recorder = await startRecorder({
      path,
      stream: terminals.stream(pane),
      session: () => store.find(id),
      now,
      log,
    });
    recorders.set(id, recorder);
    // Told of everything that happens to the session; what counts is whether its window is still there.
    const leave = places.listen(id, () => {
      if (!isLive(store.find(id) ?? { status: 'closed' })) void recorder.stop('closed');
    });
    void recorder.over.then(() => {
      leave();
      recorders.delete(id);
      over.set(id, recorder.state());
    });
    return recorder.state();
  };

  const handlers: Handlers<typeof recordingMethods> = {
    async 'session/record'({ id, action }, { user }) {
      const session = store.get(user, id);
      if (action === 'start') return { recording: await start(session) };
      const recorder = recorders.get(id);
      if (action === 'status') return { recording: recorder?.state() ?? over.get(id) ?? null };
      if (!recorder) throw new RpcError('Conflict', `Session ${id} is not being recorded. Start with action "start".`);
      await recorder.stop('stopped');
      return { recording: recorder.state() };
    },
  };

  return {
    handlers,
    async close() {
      await Promise.all([...recorders.values()].map((recorder) => recorder.stop('stopped')));
    },
  };
}

/** `build-20260131-142530123-3f2a7c1e.cast`: name, UTC time to the ms, the beginning of the id. */
function nameOf({ id, name }: Session, at: number): string {
  const plain = name
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  const time = new Date(at)
    .toISOString()
    .replace(/[-:.Z]/g, '')
    .replace('T', '-');
  return `${plain || 'session'}-${time}-${id.slice(0, 8)}.cast`;
}
