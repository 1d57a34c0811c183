/** How loudly requests are logged, and with what. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RpcError } from '#protocol';
import { levelOf } from '../../../daemon/rpc/level.js';
import { onFloor } from './floor.js';

const cases: [name: string, ms: number, code: string | undefined, level: string][] = [
  ['session/list', 1, undefined, 'debug'],
  ['session/list', 1000, undefined, 'warn'],
  ['session/create', 1, undefined, 'info'],
  ['session/create', 1, 'Conflict', 'info'],
  ['session/create', 1, 'Internal', 'error'],
  ['session/list', 5000, 'Internal', 'error'],
  ['session/send', 1, undefined, 'info'],
  ['session/wait', 5000, undefined, 'debug'],
  ['session/run', 600_000, undefined, 'info'],
  ['terminal/input', 1, undefined, 'debug'],
  ['terminal/open', 5000, undefined, 'debug'],
  ['no/such', 1, 'MethodNotFound', 'debug'],
  ['__proto__', 2000, 'MethodNotFound', 'warn'],
];
for (const [name, ms, code, level] of cases) {
  test(`${name} after ${ms} ms${code ? ` with ${code}` : ''} is logged as ${level}`, () => {
    assert.equal(levelOf(name, ms, code), level);
  });
}

test(
  'a line tells request, connection, token, method, time and code; a bug with its stack, once loudly',
  onFloor(
    {
      handlers: {
        'session/list': () => Promise.reject(new RpcError('Conflict', 'No.', { code: 'SO_IT_IS' })),
        'folder/list': () => {
          throw new TypeError('a bug');
        },
      },
    },
    async ({ connectAs, log }) => {
      const client = await connectAs();
      await client.call('session/list', {});
      await client.call('folder/list', {});
      const requests = log.filter(({ message }) => message === 'request').slice(-2);
      const [connection] = requests.map((line) => line.connection);
      assert.match(String(connection), /^[0-9a-f-]{36}$/);
      const who = (method: string) => ({ message: 'request', method, connection, tokenId: 'token of ann' });
      const [first, second] = requests.map(({ ms, request, ...line }) => {
        assert.ok(typeof ms === 'number' && ms >= 0 && (typeof request === 'number' || typeof request === 'string'));
        return line;
      });
      assert.deepEqual(first, { ...who('session/list'), level: 'debug', code: 'SO_IT_IS' });
      assert.deepEqual(second, { ...who('folder/list'), level: 'error', code: 'Internal' });
      const bug = log.find(({ message }) => message === 'A request failed by a bug.')!;
      assert.deepEqual(
        [bug.level, bug.method, bug.request, bug.tokenId],
        ['error', 'folder/list', requests[1]!.request, 'token of ann'],
      );
      assert.match(String(bug.stack), /^TypeError: a bug\n {4}at /);
    },
  ),
);
