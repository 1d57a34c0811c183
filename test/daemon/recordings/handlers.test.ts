/** What is left of recordings that are over: their last word, and nothing else. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createRecordings, type RecordingDeps } from '../../../daemon/recordings/handlers.js';
import { sample } from '../../support/sample.js';
import { folderFor } from '../../support/whole.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** A pane of its own each time it is asked for, which only those who record it hold. */
function createPanes() {
  const made: WeakRef<object>[] = [];
  let taps = 0;
  const stream = () => {
    const place = { epoch: 'e', offset: 0 };
    const pane = {
      here: () => place,
      read: () => Buffer.alloc(0),
      snapshot: async () => ({ ...place, data: '', cols: 80, rows: 24 }),
      tap() {
        taps++;
        return () => void taps--;
      },
    };
    made.push(new WeakRef(pane));
    return pane;
  };
  return { stream, taps: () => taps, alive: () => made.filter((pane) => pane.deref()).length };
}

test('a recording that is over holds neither the pane nor a listener, and its state is still told', async (t) => {
  const session = sample();
  const panes = createPanes();
  const listeners = new Set<() => void>();
  let now = 0;
  const recordings = createRecordings({
    store: { find: () => session, get: () => session },
    places: {
      get: () => ({ window: 1, pane: 1 }),
      listen(_: string, listener: () => void) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    terminals: { stream: panes.stream },
    folder: join(folderFor(t), 'recordings'),
    now: () => ++now,
    log: () => {},
  } as unknown as RecordingDeps);
  const record = (action: 'start' | 'stop' | 'status') =>
    recordings.handlers['session/record']({ id: session.id, action }, { user: session.userId } as never);
  for (let times = 0; times < 3; times++) {
    await record('start');
    await record('stop');
  }
  assert.equal((await record('status')).recording?.ended, 'stopped');
  await turn();
  collectGarbage();
  assert.deepEqual([listeners.size, panes.taps(), panes.alive()], [0, 0, 0]);
});
