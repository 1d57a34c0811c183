/** How many conversations of MCP there may be, and how those that nobody uses end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConversations, type Entry, usual } from '../../../bridge-http/mcp/conversations.js';

const ended: string[] = [];

function entry(key: string, uses: number, end: () => void = () => {}): Entry {
  const caller = { kind: 'bearer' as const, key, token: () => '' };
  const told = () => {
    ended.push(key);
    end();
  };
  return { caller, uses, usedAt: performance.now(), end: told };
}

test('what nobody has used for a while is ended, what is in use is not', async (t) => {
  const conversations = createConversations({ ...usual, idleMs: 20 });
  t.after(conversations.close);
  // The clock of the sweep holds up no program that ends.
  const alive = setInterval(() => {}, 1000);
  t.after(() => clearInterval(alive));
  const used = entry('used', 1);
  conversations.add(used);
  await new Promise<void>((resolve) => conversations.add(entry('idle', 0, resolve)));
  assert.deepEqual(conversations.all(), [used]);
  assert.deepEqual(ended.splice(0), ['idle']);
});

test('when there are as many as there may be, of all callers, an unused one makes room, and else nobody comes in', (t) => {
  assert.equal(usual.conversations, 64);
  const conversations = createConversations({ ...usual, conversations: 2 });
  t.after(conversations.close);
  const [first, second] = [entry('first', 1), entry('second', 1)];
  conversations.add(first);
  conversations.add(second);
  assert.throws(() => conversations.add(entry('third', 1)), { status: 503, code: 'TOO_MANY_MCP_SESSIONS' });
  second.uses = 0;
  conversations.add(entry('third', 1));
  assert.deepEqual(ended.splice(0), ['second']);
});
