/** One request: parsed, locked, run, checked, stripped, answered; cancelled at once, and never answered twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RpcError } from '#protocol';
import type { Caller } from '../../../daemon/rpc/handlers.js';
import { seal } from '../../../daemon/rpc/seal.js';
import { onFloor, session, sessionId } from './floor.js';

test(
  'handlers get checked parameters, defaults filled in, unknown fields left out, and know their caller; results are stripped',
  (() => {
    const seen: unknown[] = [];
    const handlers = {
      'session/scrollback': (params: unknown, { user, peer }: Caller) => {
        seen.push(params, user, peer.user);
        return { content: 'x', extra: 'is stripped' };
      },
    };
    return onFloor({ handlers }, async ({ connectAs }) => {
      const client = await connectAs('bob');
      const answer = await client.call('session/scrollback', { id: sessionId, unknown: 1 });
      assert.deepEqual(answer.result, { content: 'x' });
      assert.deepEqual(seen, [{ id: sessionId, lines: 100 }, 'bob', 'bob']);
    });
  })(),
);

const problems: [string, unknown, string, string][] = [
  ['session/create', { cols: 0 }, 'cols', 'Expected `cols` to be at least 10, got 0.'],
  ['session/create', { cols: 5000 }, 'cols', 'Expected `cols` to be at most 1000, got 5000.'],
  ['session/create', { cols: '80' }, 'cols', 'Expected `cols` to be a number, got a text of 2 characters.'],
  ['session/create', { cols: 80.5 }, 'cols', 'Expected `cols` to be a whole number, got 80.5.'],
  [
    'session/create',
    { name: '' },
    'name',
    'Expected `name` to be at least 1 characters long, got a text of 0 characters.',
  ],
  ['session/create', { command: [] }, 'command', 'Expected `command` to be at least 1 items long, got a list of 0.'],
  ['session/create', { command: ['a', 1] }, 'command[1]', 'Expected `command[1]` to be a text, got 1.'],
  ['session/create', { environment: { A: null } }, 'environment.A', 'Expected `environment.A` to be a text, got null.'],
  [
    'session/create',
    { environment: { '1': 'x' } },
    'environment.1',
    'Expected `environment.1` to be under a name that is a text of the form /^[A-Za-z_][A-Za-z0-9_]*$/, got "1".',
  ],
  [
    'preference/set',
    { environmentVars: { path: 'hush!' } },
    'environmentVars.path',
    'Expected `environmentVars.path` to be under a name that is of capital letters, digits and _, a letter first, got "path".',
  ],
  [
    'preference/set',
    { defaultShell: 'fish' },
    'defaultShell',
    'Expected `defaultShell` to be an absolute path without NUL, got a text of 4 characters.',
  ],
  [
    'preference/set',
    { environmentVars: Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`A${i}`, ''])) },
    'environmentVars',
    'Expected `environmentVars` to be a map of at most 1000 variables, got an object.',
  ],
  ['session/get', {}, 'id', 'Expected `id` to be a text, got nothing.'],
  ['session/get', { id: 'abc' }, 'id', 'Expected `id` to be a UUID, got "abc".'],
  [
    'session/list',
    { status: ['open'] },
    'status[0]',
    'Expected `status[0]` to be one of "active", "suspended", "closed", "trashed", got "open".',
  ],
  [
    'session/wait',
    { id: sessionId, until: 'idle', progressToken: {} },
    'progressToken',
    'Expected `progressToken` to be a text or a number, got an object.',
  ],
  [
    'terminal/input',
    { streamId: 's', data: 'hush!' },
    'data',
    'Expected `data` to be base64, got a text of 5 characters.',
  ],
];

test(
  'wrong parameters are named: field, what was expected, what came; secret texts are not repeated',
  onFloor({}, async ({ connectAs }) => {
    const client = await connectAs();
    for (const [method, params, path, message] of problems) {
      const { error } = await client.call(method, params);
      assert.deepEqual(error, { code: -32602, message, data: { details: [{ path, message }], code: 'InvalidParams' } });
    }
    const { error } = await client.call('session/create', { cols: 1, rows: 1 });
    assert.deepEqual(
      error.data.details.map(({ path }: { path: string }) => path),
      ['cols', 'rows'],
    );
  }),
);

test(
  'of very many problems the first hundred are told, in names of a bearable length: an answer stays small',
  onFloor({}, async ({ connectAs }) => {
    const client = await connectAs('bob');
    const environment = Object.fromEntries(Array.from({ length: 90_000 }, (_, at) => [`-${at}`, 1]));
    const { error } = await client.call('session/create', { environment });
    assert.equal(error.data.details.length, 100);
    const long = await client.call('session/create', { environment: { [`-${'x'.repeat(500_000)}`]: 'x' } });
    assert.ok(JSON.stringify(long.error).length < 1000);
  }),
);

test(
  'unknown methods are MethodNotFound, those every object has among them',
  onFloor({}, async ({ connectAs }) => {
    const client = await connectAs();
    for (const method of [
      'session/nothing',
      '',
      'constructor',
      'toString',
      '__proto__',
      'hasOwnProperty',
      'exit',
      '$/cancelRequest',
    ]) {
      const { error } = await client.call(method);
      assert.deepEqual([error.code, error.data], [-32601, { code: 'MethodNotFound' }], method);
    }
  }),
);

test(
  'control characters that a message quotes are spelled out: it will be shown on a terminal',
  onFloor({}, async ({ connectAs }) => {
    const client = await connectAs();
    const { error } = await client.call('a\u001b]0;x\u0007\u009b31m\u202eb\nc');
    assert.match(error.message, /^No method "a\\u001b\]0;x\\u0007\\u009b31m\\u202eb\nc"/);
  }),
);

test(
  'an RpcError is answered as it is',
  onFloor(
    {
      handlers: {
        'session/get': () => {
          throw new RpcError('Conflict', 'It is closed.', { code: 'CLOSED', details: { a: 1 }, retryAfterMs: 5 });
        },
      },
    },
    async ({ connectAs }) => {
      const client = await connectAs();
      const { error } = await client.call('session/get', { id: sessionId });
      assert.deepEqual(error, {
        code: 1409,
        message: 'It is closed.',
        data: { code: 'CLOSED', details: { a: 1 }, retryAfterMs: 5 },
      });
    },
  ),
);

const circular: any = { content: 'x' };
circular.self = circular;
const bugs: [string, () => unknown][] = [
  [
    'throws',
    () => {
      throw new Error('secret detail');
    },
  ],
  ['rejects', () => Promise.reject(new TypeError('secret detail'))],
  [
    'throws what is no error',
    () => {
      throw 'secret detail';
    },
  ],
  ['returns the wrong shape', () => ({ content: 5, note: 'secret detail' })],
  ['returns nothing', () => undefined],
];

for (const [what, bug] of bugs) {
  test(`a handler that ${what} is Internal to the caller and a stack in the log`, () =>
    onFloor({ handlers: { 'session/scrollback': bug as never } }, async ({ connectAs, log }) => {
      const client = await connectAs();
      const { error } = await client.call('session/scrollback', { id: sessionId });
      assert.deepEqual(error, {
        code: -32603,
        message: 'Internal error; see the daemon log.',
        data: { code: 'Internal' },
      });
      const lines = log.filter(({ message }) => message === 'A request failed by a bug.');
      assert.equal(lines.length, 1);
      assert.equal(lines[0]!.method, 'session/scrollback');
      assert.match(String(lines[0]!.stack), /secret detail|content|object/);
    })());
}

test(
  'a result that is no JSON is a bug too, not an unanswered request',
  onFloor({ discover: () => ({ openrpc: '1', loop: circular }) }, async ({ connectAs }) => {
    const client = await connectAs();
    assert.equal((await client.call('rpc.discover')).error.code, -32603);
  }),
);

test(
  'an answer larger than a message may be is TooLarge',
  onFloor({ handlers: { 'session/scrollback': () => ({ content: 'ü'.repeat(3_000_000) }) } }, async ({ connectAs }) => {
    const client = await connectAs();
    assert.equal((await client.call('session/scrollback', { id: sessionId })).error.data.code, 'TooLarge');
  }),
);

test('progress goes out under the token of the request, before the answer and never after it', async () => {
  let later!: Caller;
  const handlers = {
    'session/wait': async (_: unknown, caller: Caller) => {
      later = caller;
      caller.progress({ elapsedMs: 1 });
      return { reason: 'idle' as const, elapsedMs: 2 };
    },
  };
  await onFloor({ handlers }, async ({ connectAs }) => {
    const client = await connectAs();
    const params = { id: sessionId, until: 'idle' };
    for (const token of ['tok', '', 0, 7]) {
      const answer = client.call('session/wait', { ...params, progressToken: token });
      const told = await client.next();
      assert.deepEqual(told, { jsonrpc: '2.0', method: '$/progress', params: { token, value: { elapsedMs: 1 } } });
      assert.equal((await answer).result.reason, 'idle');
      later.progress('too late');
    }
    await client.call('session/wait', params);
    client.send({ jsonrpc: '2.0', id: 1, method: 'daemon/ping' });
    assert.equal((await client.next()).id, 1, 'no token, no progress, and none after the answer');
  })();
});

test('a sealed result is checked and stripped once, answered as any other, and serialised once', async () => {
  const row = { ...session(), name: 'grün 😀', secret: 'stripped' };
  const sealed = seal('session/list', { revision: '1', unchanged: false, sessions: [row], more: false });
  // Only an answer made from the object, not from its sealed JSON, would show this.
  sealed.sessions[0]!.name = 'changed';
  await onFloor({ handlers: { 'session/list': () => sealed } }, async ({ connectAs }) => {
    const client = await connectAs();
    const { secret: _, ...plain } = row;
    for (let round = 0; round < 3; round++) {
      assert.deepEqual((await client.call('session/list')).result, {
        revision: '1',
        unchanged: false,
        sessions: [plain],
        more: false,
      });
    }
  })();
});

test('a seal holds for its own method only, and a result that does not fit is not sealed', async () => {
  assert.throws(() => seal('session/list', { revision: 1 } as never));
  const sealed = seal('session/scrollback', { content: 'x' });
  await onFloor({ handlers: { 'daemon/ping': () => sealed as never } }, async ({ connectAs }) => {
    const client = await connectAs();
    assert.equal((await client.call('daemon/ping')).error.code, -32603);
  })();
});
