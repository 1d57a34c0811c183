/** What a message must be: each malformed one is refused with the right code, under its id where it has one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from '../../../daemon/rpc/guard.js';

const ok = { jsonrpc: '2.0', id: 1, method: 'daemon/ping' };

function judge(body: unknown): unknown {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const checked = check(bytes, 8);
  if (checked.kind === 'refused') return [checked.error.kind, checked.id];
  return checked.kind;
}

const cases: [string, unknown, unknown][] = [
  ['a request', ok, 'request'],
  ['a request with parameters', { ...ok, params: { a: 1 } }, 'request'],
  ['params null', { ...ok, params: null }, 'request'],
  ['a text id', { ...ok, id: '7' }, 'request'],
  ['an empty text id', { ...ok, id: '' }, 'request'],
  ['id zero', { ...ok, id: 0 }, 'request'],
  ['a notification', { jsonrpc: '2.0', method: 'exit' }, 'notification'],
  ['a notification with positional params', { jsonrpc: '2.0', method: 'exit', params: [] }, 'response'],
  ['an answer', { jsonrpc: '2.0', id: 1, result: 1 }, 'response'],
  ['an error answer', { jsonrpc: '2.0', id: null, error: {} }, 'response'],
  ['no JSON', '{', ['ParseError', null]],
  ['an empty body', '', ['ParseError', null]],
  ['JSON and more', '{} {}', ['ParseError', null]],
  ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), ['ParseError', null]],
  ['a batch', [ok], ['InvalidRequest', null]],
  ['an empty batch', [], ['InvalidRequest', null]],
  ['a number', 1, ['InvalidRequest', null]],
  ['null', null, ['InvalidRequest', null]],
  ['id null', { ...ok, id: null }, ['InvalidRequest', null]],
  ['an id that is an object', { ...ok, id: { toString: 1 } }, ['InvalidRequest', null]],
  ['an id that is infinite', '{"jsonrpc":"2.0","id":1e400,"method":"x"}', ['InvalidRequest', null]],
  ['no version', { id: 1, method: 'x' }, ['InvalidRequest', 1]],
  ['version 1.0', { ...ok, jsonrpc: '1.0' }, ['InvalidRequest', 1]],
  ['version 2 as a number', { ...ok, jsonrpc: 2 }, ['InvalidRequest', 1]],
  ['a method that is a number', { ...ok, method: 1 }, ['InvalidRequest', 1]],
  ['no method', { jsonrpc: '2.0', id: 1 }, ['InvalidRequest', 1]],
  ['an empty object', {}, ['InvalidRequest', null]],
  ['positional params', { ...ok, params: [{ token: 1 }] }, ['InvalidParams', 1]],
  ['params that are a text', { ...ok, params: 'x' }, ['InvalidParams', 1]],
  ['params that are false', { ...ok, params: false }, ['InvalidParams', 1]],
  ['__proto__', '{"jsonrpc":"2.0","id":1,"method":"x","params":{"__proto__":{"a":1}}}', ['InvalidRequest', 1]],
  ['__proto__ on top', '{"jsonrpc":"2.0","id":1,"method":"x","__proto__":1}', ['InvalidRequest', 1]],
  [
    '__proto__ in escapes',
    '{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":[{"\\u005f_proto__":1}]}}',
    ['InvalidRequest', 1],
  ],
  ['constructor.prototype', { ...ok, params: { constructor: { prototype: {} } } }, ['InvalidRequest', 1]],
  ['a constructor that is a text', { ...ok, params: { constructor: 'Acme', prototype: 'x' } }, 'request'],
  ['eight levels', { ...ok, params: nested(7) }, 'request'],
  ['nine levels', { ...ok, params: nested(8) }, ['InvalidRequest', 1]],
  [
    'nine levels under a text id',
    { jsonrpc: '2.0', id: 'a b', method: 'x', params: nested(8) },
    ['InvalidRequest', 'a b'],
  ],
  ['nine levels with the id behind', { jsonrpc: '2.0', params: nested(8), id: 1 }, ['InvalidRequest', null]],
  ['an id inside the params', { jsonrpc: '2.0', params: { id: 5, deep: nested(8) }, id: 1 }, ['InvalidRequest', null]],
  ['brackets in a text', { ...ok, params: { text: '[{"\\['.repeat(50) } }, 'request'],
];

for (const [what, body, expected] of cases) {
  test(`${what}: ${JSON.stringify(expected)}`, () => assert.deepEqual(judge(body), expected));
}

test('a batch is told that it is one', () => {
  const checked = check(Buffer.from('[]'), 8);
  assert.match(checked.kind === 'refused' ? checked.error.message : '', /^Batches are not served/);
});

test('nesting of two million levels is refused without building it', () => {
  const before = process.memoryUsage.rss();
  const body = Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"x","params":${'['.repeat(2_000_000)}`);
  assert.deepEqual(judge(body), ['InvalidRequest', 1]);
  assert.ok(process.memoryUsage.rss() - before < 30e6);
});

function nested(levels: number): unknown {
  return levels === 0 ? 1 : levels % 2 ? { a: nested(levels - 1) } : [nested(levels - 1)];
}
