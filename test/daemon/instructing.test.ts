/** The prompts for agents in orchestrators: typed once, whichever daemon asks for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInstruct } from '../../daemon/instructing.js';
import { sample } from '../support/sample.js';

type Deps = Parameters<typeof createInstruct>[0];

/** An agent that takes a prompt, or that is busy for ever; what was typed is known by its key. */
function opened() {
  const session = sample({ status: 'active' });
  const typed: string[] = [];
  const receipts = new Map<string, object>();
  const busy = { is: false };
  const look = () => ({ spawnId: 's1', provider: 'claude', verdict: { state: busy.is ? 'working' : 'idle' } });
  const deps = {
    agents: { find: look, onLook: () => () => {} },
    injection: {
      store: { byKey: (_user: string, key: string) => receipts.get(key) },
      injections: {
        send({ text, key }: { text: string; key: string | null }) {
          typed.push(text);
          if (key !== null) receipts.set(key, { key });
          return { injection: { key } };
        },
        reach: async () => ({ state: 'submitted', reason: null, code: null }),
      },
    },
    store: { find: () => session },
    hearing: new Set(),
  } as unknown as Deps;
  return { session, typed, busy, instruct: createInstruct(deps) };
}

test('a daemon that goes on with a task that was typed does not type it again, and waits for no idle agent', async () => {
  const { session, typed, busy, instruct } = opened();
  await instruct(session.id, 'watch them', 'task 1');
  busy.is = true;
  await instruct(session.id, 'watch them', 'task 1');
  assert.deepEqual(typed, ['watch them']);
});

test('without a key each prompt is typed', async () => {
  const { session, typed, instruct } = opened();
  await instruct(session.id, 'one is stuck');
  await instruct(session.id, 'one is stuck');
  assert.equal(typed.length, 2);
});
