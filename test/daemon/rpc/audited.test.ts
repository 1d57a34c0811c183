/** The floor and the audit: what is told before an act, and after it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RpcError } from '#protocol';
import type { Auditor } from '../../../daemon/rpc/auditor.js';
import { identityOf } from '../../support/identity.js';
import { onFloor } from './floor.js';

const id = '3f2a0000-0000-4000-8000-000000000000';

function keeping() {
  const rows: string[] = [];
  let full = false;
  const write = (text: string) => {
    if (full) throw new RpcError('Unavailable', 'The audit cannot be written.', { code: 'AUDIT_UNAVAILABLE' });
    return rows.push(text);
  };
  const auditor: Auditor = {
    begin: ({ user, tokenId, method, target }) => write(`${user} ${tokenId} ${method} ${target} begun`),
    end: ({ method, target }, outcome, begun) => void write(`${method} ${target} ${outcome} ${begun}`),
  };
  return { rows, auditor, fill: () => void (full = true) };
}

test('what cannot be undone is written before it begins and when it is over; other acts once; reading never', async () => {
  const { rows, auditor } = keeping();
  const handlers = {
    'session/close': () => {
      rows.push('closing');
      return { success: true as const };
    },
    'session/exec': () => ({ success: true as const, sessionId: id, command: 'x', message: '' }),
    'session/rename': () => assert.fail('a bug'),
  };
  await onFloor({ auditor, handlers, login: () => identityOf('ann') }, async ({ connectAs }) => {
    const client = await connectAs();
    await client.call('session/close', { id });
    await client.call('session/exec', { id, command: 'echo secret' });
    await client.call('daemon/ping');
    assert.deepEqual(rows, [
      `ann token of ann session/close ${id} begun`,
      'closing',
      `session/close ${id} done 1`,
      `session/exec ${id} done undefined`,
    ]);
  })();
});

test('an act that fails leaves the code of its error, and one that is refused is written too', async () => {
  const { rows, auditor } = keeping();
  const handlers = {
    'session/close': () => {
      throw new RpcError('NotFound', 'No.', { code: 'SESSION_NOT_FOUND' });
    },
  };
  const login = ({ user }: { user: string | undefined }) => identityOf('ann', user === 'reader' ? ['read'] : ['admin']);
  await onFloor({ auditor, handlers, login }, async ({ connectAs }) => {
    const client = await connectAs();
    await client.call('session/close', { id });
    await (await connectAs('reader')).call('session/close', { id });
    assert.deepEqual(rows.slice(1), [
      `session/close ${id} SESSION_NOT_FOUND 1`,
      'session/close null MISSING_SCOPE undefined',
    ]);
  })();
});

test('what cannot be written down beforehand is not done', async () => {
  const { rows, auditor, fill } = keeping();
  const handlers = { 'session/close': () => assert.fail('it was done') };
  await onFloor({ auditor, handlers, login: () => identityOf('ann') }, async ({ connectAs }) => {
    const client = await connectAs();
    fill();
    assert.equal((await client.call('session/close', { id })).error.data.code, 'AUDIT_UNAVAILABLE');
    assert.deepEqual(rows, []);
  })();
});

test('an act that was done keeps its answer when its end cannot be written, and the log says so', async () => {
  const { rows, auditor, fill } = keeping();
  const handlers = {
    'session/close': () => {
      fill();
      return { success: true as const };
    },
  };
  await onFloor({ auditor, handlers, login: () => identityOf('ann') }, async ({ connectAs, log }) => {
    const client = await connectAs();
    assert.deepEqual((await client.call('session/close', { id })).result, { success: true });
    assert.equal(rows.length, 1);
    assert.ok(log.some(({ level, message }) => level === 'error' && /audit/.test(String(message))));
  })();
});
