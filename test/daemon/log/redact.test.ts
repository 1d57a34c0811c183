/** No secret reaches the log, wherever it stands; what only looks like one a little stays. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { openLog } from '../../../daemon/log/index.js';
import { redactFields, redactText } from '../../../daemon/log/redact.js';
import { mint, newId } from '../../../daemon/tokens/mint.js';
import { folderFor } from '../../support/whole.js';

const hex = (bytes: number) => randomBytes(bytes).toString('hex');
const ours = (kind: string) => `rdv_${kind}_${hex(6)}_${hex(32)}_${hex(4)}`;

test('a token of ours keeps its kind and the beginning of its id, and no more', () => {
  for (const kind of ['svc', 'cli', 'mcp', 'ses', 'tkt']) {
    const token = ours(kind);
    assert.equal(redactText(`"${token}"`), `"${token.slice(0, 12)}…[redacted]"`);
    assert.equal(redactText(`"${token.slice(0, 40)}"`), `"${token.slice(0, 12)}…[redacted]"`, 'cut short too');
  }
  const plain = `rdv_${randomBytes(32).toString('base64url')}`;
  assert.equal(redactText(plain), `${plain.slice(0, 8)}…[redacted]`);
});

test('other secrets are known by their looks', () => {
  const service = randomBytes(32).toString('base64');
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';
  for (const [text, redacted] of [
    [`"a ${service} b"`, '"a [redacted] b"'],
    [`"?token=${encodeURIComponent(service)}&a=1"`, '"?token=[redacted]&a=1"'],
    [`"Authorization: Bearer ${hex(20)}"`, '"Authorization: Bearer [redacted]"'],
    [`"${jwt}"`, '"[redacted]"'],
    ['"https://ann:hunter2@example.org/x.git"', '"https://ann:[redacted]@example.org/x.git"'],
  ] as const)
    assert.equal(redactText(text), redacted);
});

test('names, ids, paths and words stay', () => {
  for (const text of [
    'rdv-test-0123456789abcdef',
    'rdv_cli_ab12',
    'RDV_SOAK_REMOVAL_KILLS',
    '3f2a7c1e-0000-4000-8000-000000000001',
    hex(32),
    '/home/ann/src/project/.git/worktrees/a-rather-long-name-of-a-branch',
    'the bearer of news',
    'Basic authentication',
    'https://example.org:8080/@ann/x',
    'ssh://git@example.org/x',
  ])
    assert.equal(redactText(text), text);
});

test('what a field is named is enough, at any depth, and what only sounds like it stays', () => {
  const fields = {
    ...{ token: 'x', Authorization: 'y', password: 1, apiKey: ['z'], 'set-cookie': 'a', client_secret: { a: 1 } },
    ...{ tokenId: 'cli', tokens: null, secret: '', key: 'k', passed: true, method: 'token/create' },
    deep: [{ inner: { accessToken: 'x', name: 'n' } }],
  };
  const out = '[redacted]';
  assert.deepEqual(redactFields(fields), {
    ...{ token: out, Authorization: out, password: out, apiKey: out, 'set-cookie': out, client_secret: out },
    ...{ tokenId: 'cli', tokens: null, secret: '', key: 'k', passed: true, method: 'token/create' },
    deep: [{ inner: { accessToken: out, name: 'n' } }],
  });
  assert.equal(fields.token, 'x', 'the fields themselves are left alone');
});

test('wherever a token stands in a line, whatever stands around it, it is not in the file', (t) => {
  const path = join(folderFor(t), 'rdvd.log');
  const { log, close } = openLog(path);
  t.after(close);
  const token = mint('cli', newId());
  const service = randomBytes(32).toString('base64');
  const around = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('\n', '\t', '\u001b', '"', '\\', '\\n', '='));
  const secret = fc.constantFrom(token, service, JSON.stringify({ token }), `Bearer ${token}`);
  const text = fc.tuple(around, secret, around).map((parts) => parts.join(''));
  const error = text.map((said) => new Error(said, { cause: said }));
  const deep = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, text, error, fc.array(tie('value'), { maxLength: 2 }), tie('record')),
    record: fc.dictionary(fc.oneof(fc.constantFrom('a', 'url', 'stack'), text), tie('value'), { maxKeys: 2 }),
  }));
  fc.assert(
    fc.property(text, deep.value, text, (message, value, name) => {
      log({ level: 'info', message, value, [name]: 1, url: { toJSON: () => token } });
    }),
    { numRuns: 500 },
  );
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  assert.equal(lines.length, 500);
  for (const line of lines) {
    assert.ok(!line.includes(token.slice(16, 40)) && !line.includes(service.slice(4, 40)), line);
    JSON.parse(line);
  }
});

test('an error is logged with its stack, and without what is secret in it', (t) => {
  const path = join(folderFor(t), 'rdvd.log');
  const { log, close } = openLog(path);
  t.after(close);
  const token = ours('cli');
  const error = Object.assign(new TypeError(`no ${token}`), { password: 'hunter2', code: 'E1' });
  log({ level: 'error', message: 'it failed', error });
  const line = JSON.parse(readFileSync(path, 'utf8'));
  const { type, message, code, password, stack } = line.error;
  const said = `no ${token.slice(0, 12)}…[redacted]`;
  assert.deepEqual([type, message, code, password], ['TypeError', said, 'E1', '[redacted]']);
  assert.ok(stack.startsWith(`TypeError: ${said}\n    at `));
});

test('a circle, a number too large and a text of a megabyte are logged in a moment', { timeout: 20_000 }, (t) => {
  const path = join(folderFor(t), 'rdvd.log');
  const { log, close } = openLog(path);
  t.after(close);
  const circle: Record<string, unknown> = { a: 1n };
  circle.self = circle;
  log({ level: 'info', message: 'round', circle });
  for (const piece of ['a', 'A/', 'rdv_', 'rdv_cli_aaaa', 'eyJaaaaa.', '://a:', '%3', 'bearer '])
    redactText(piece.repeat(1_000_000 / piece.length));
  assert.equal(readFileSync(path, 'utf8').split('\n').length, 2);
});
