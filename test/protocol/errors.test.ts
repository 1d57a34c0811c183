/** The table of errors: codes apart from those of JSON-RPC, LSP and MCP, and ways back from code to kind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allMethods, type ErrorKind, errors, kindOf, RpcError } from '#protocol';

const kinds = Object.entries(errors) as [ErrorKind, (typeof errors)[ErrorKind]][];
/** Codes the specifications of JSON-RPC and LSP give a meaning; all others we use must lie outside their range. */
const standard = [-32700, -32600, -32601, -32602, -32603, -32800];

for (const [kind, { code, http, exit }] of kinds) {
  test(`${kind} has a code, an HTTP status and an exit code that fit together`, () => {
    assert.equal(kindOf(code), kind);
    if (!standard.includes(code)) assert.equal(code % 1000, http);
    assert.ok(http >= 400 && http <= 599);
    assert.ok(exit >= 1 && exit <= 130);
  });
}

test('the standard codes are all in the table', () => {
  assert.deepEqual(
    standard.filter((code) => !kinds.some(([, e]) => e.code === code)),
    [],
  );
});

test('a code nobody knows is an internal error', () => {
  assert.equal(kindOf(4711), 'Internal');
});

test('an error carries its kind as code, unless a finer one is given, and keeps the rest', () => {
  const { kind, message, name, data } = new RpcError('NotFound', 'No session x.', { details: { id: 'x' } });
  assert.deepEqual(
    { kind, message, name, data },
    {
      kind: 'NotFound',
      message: 'No session x.',
      name: 'RpcError',
      data: { code: 'NotFound', details: { id: 'x' } },
    },
  );
  assert.equal(
    new RpcError('Conflict', '', { code: 'INVALID_STATE_TRANSITION' }).data.code,
    'INVALID_STATE_TRANSITION',
  );
});

test('every error a method declares is in the table, once', () => {
  for (const [name, method] of allMethods) {
    const declared = method.errors ?? [];
    assert.equal(new Set(declared).size, declared.length, name);
    for (const kind of declared) assert.ok(errors[kind], `${name} declares ${kind}`);
  }
});
