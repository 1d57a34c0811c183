/** People of Cloudflare Access: let in by what is signed with its keys, and by nothing that only looks like it. */
import assert from 'node:assert/strict';
import { createHmac, type KeyObject, type webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { Refusal } from '../../../bridge-http/http/refusal.js';
import { createAccess } from '../../../bridge-http/identity/access.js';

const issuer = 'https://team.example.com';
const audience = 'aud-of-ours';
const pair = await generateKeyPair('RS256', { extractable: true });
const next = await generateKeyPair('RS256', { extractable: true });
const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

type Key = KeyObject | webcrypto.CryptoKey;

/** A server of keys that can be away, and whoever asks it. */
async function start(t: TestContext, keys: Record<string, Key> = { one: pair.publicKey }) {
  const state = { keys, away: false, asked: 0, now: NOW, failed: [] as string[] };
  const server = createServer(async (_, response) => {
    state.asked++;
    if (state.away) return void response.writeHead(503).end('away');
    const list = Object.entries(state.keys).map(async ([kid, key]) => ({
      ...(await exportJWK(key)),
      kid,
      alg: 'RS256',
    }));
    response.end(JSON.stringify({ keys: await Promise.all(list) }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const keysUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/certs`;
  const failed = (reason: string) => void state.failed.push(reason);
  const find = createAccess({ issuer, audience, keysUrl, failed, now: () => state.now });
  const ask = (headers: Record<string, string | string[]>): Promise<string | undefined> => {
    const distinct = Object.entries(headers).map(([name, value]) => [name, [value].flat()] as const);
    const request = { headers, headersDistinct: Object.fromEntries(distinct) } as unknown as IncomingMessage;
    return find(request).then(
      (person) => person?.user,
      (error) => {
        assert.ok(error instanceof Refusal, String(error.stack));
        return `${error.status} ${error.code}`;
      },
    );
  };
  return { state, ask, show: (token: string) => ask({ 'cf-access-jwt-assertion': token }) };
}

interface Claims {
  readonly alg?: string;
  readonly kid?: string;
  readonly key?: Key | Uint8Array;
  readonly now?: number;
  readonly claims?: object;
}

/** Good, unless told otherwise. */
function sign({
  alg = 'RS256',
  kid = 'one',
  key = pair.privateKey,
  now = NOW,
  claims = {},
}: Claims = {}): Promise<string> {
  const at = Math.floor(now / 1000);
  const all = { iss: issuer, aud: [audience], exp: at + 60, iat: at, email: 'Ann@Example.com', ...claims };
  return new SignJWT(JSON.parse(JSON.stringify(all))).setProtectedHeader({ alg, kid }).sign(key as never);
}

const at = NOW / 1000;
const refusedClaims: [what: string, claims: object, expected: string][] = [
  ['another audience', { aud: ['aud-of-others'] }, '401 INVALID_TOKEN'],
  ['no audience', { aud: undefined }, '401 INVALID_TOKEN'],
  ['another issuer', { iss: 'https://other.example.com' }, '401 INVALID_TOKEN'],
  ['no issuer', { iss: undefined }, '401 INVALID_TOKEN'],
  ['an end that is over', { exp: at - 1 }, '401 EXPIRED_TOKEN'],
  ['no end', { exp: undefined }, '401 INVALID_TOKEN'],
  ['a beginning yet to come', { nbf: at + 60 }, '401 INVALID_TOKEN'],
  ['no e-mail', { email: undefined }, '401 INVALID_TOKEN'],
  ['an empty e-mail', { email: '' }, '401 INVALID_TOKEN'],
  ['an e-mail that is none', { email: 'ann' }, '401 INVALID_TOKEN'],
  ['an e-mail that is no text', { email: ['ann@example.com'] }, '401 INVALID_TOKEN'],
];

test('who is let in is his e-mail in lower case, by header or cookie, and nobody without either', async (t) => {
  const { ask, show } = await start(t);
  const token = await sign();
  assert.equal(await show(token), 'ann@example.com');
  assert.equal(await ask({ cookie: `a=b; CF_Authorization=${token}; c=d` }), 'ann@example.com');
  assert.equal(await ask({}), undefined);
  assert.equal(await ask({ cookie: 'a=b; XCF_Authorization=x' }), undefined);
});

test('the header counts and not the cookie, and of two of a kind neither', async (t) => {
  const { ask } = await start(t);
  const [ann, bob] = [await sign(), await sign({ claims: { email: 'bob@example.com' } })];
  const both = { 'cf-access-jwt-assertion': ann, cookie: `CF_Authorization=${bob}` };
  assert.equal(await ask(both), 'ann@example.com');
  assert.equal(await ask({ ...both, 'cf-access-jwt-assertion': 'x.y.z' }), '401 INVALID_TOKEN');
  const cookie = `CF_Authorization=${ann}; CF_Authorization=${bob}`;
  assert.equal(await ask({ cookie }), '400 REPEATED_HEADER');
  assert.equal(await ask({ 'cf-access-jwt-assertion': [ann, bob] }), '400 REPEATED_HEADER');
});

test('a token with a claim that is wrong or missing is refused', async (t) => {
  const { show } = await start(t);
  for (const [what, claims, expected] of refusedClaims)
    assert.equal(await show(await sign({ claims })), expected, what);
});

test('a token that is forged in any of the known ways is refused', async (t) => {
  const { show } = await start(t);
  const good = await sign();
  const [head, body, signature] = good.split('.') as [string, string, string];
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const none = encode({ alg: 'none', kid: 'one' });
  const hs = encode({ alg: 'HS256', kid: 'one' });
  const spki = await exportSPKI(pair.publicKey);
  const macced = createHmac('sha256', spki).update(`${hs}.${body}`).digest('base64url');
  const ann = JSON.parse(Buffer.from(body, 'base64url').toString());
  const forged: [what: string, token: string][] = [
    ['another key under the same id', await sign({ key: next.privateKey })],
    ['the public key as a secret', `${hs}.${body}.${macced}`],
    ['no algorithm', `${none}.${body}.`],
    ['no algorithm, with a signature', `${none}.${body}.${signature}`],
    ['another body', `${head}.${encode({ ...ann, email: 'bob@example.com' })}.${signature}`],
    ['a cut signature', good.slice(0, -4)],
    ['a key of its own', await sign({ kid: 'mine', key: next.privateKey })],
    ['RS512', await sign({ alg: 'RS512' }).catch(() => 'x.y.z')],
    ['no token', 'a'],
    ['nothing', '...'],
    ['a token without end', `${good}${'a'.repeat(9000)}`],
  ];
  for (const [what, token] of forged) assert.equal(await show(token), '401 INVALID_TOKEN', what);
});

test('a new key is followed at once, but key ids that are made up are not asked for each', async (t) => {
  const { state, show } = await start(t);
  assert.equal(await show(await sign()), 'ann@example.com');
  state.now += 20_000;
  state.keys = { one: pair.publicKey, two: next.publicKey };
  const renewed = sign({ kid: 'two', key: next.privateKey });
  assert.deepEqual(await Promise.all([show(await renewed), show(await renewed)]), [
    'ann@example.com',
    'ann@example.com',
  ]);
  assert.equal(state.asked, 2);
  for (let i = 0; i < 20; i++) assert.equal(await show(await sign({ kid: `made-up-${i}` })), '401 INVALID_TOKEN');
  assert.equal(state.asked, 2);
  // A key taken back is not good for longer than it takes to look.
  state.keys = { two: next.publicKey };
  state.now += HOUR;
  await show(await sign({ now: state.now }));
  await show(await sign({ kid: 'made-up', now: state.now }));
  assert.equal(await show(await sign({ now: state.now })), '401 INVALID_TOKEN');
});

test('while the keys are away those known are good for a day; without any, and for a key unknown, nobody is let in', async (t) => {
  const { state, show } = await start(t);
  state.away = true;
  assert.equal(await show(await sign()), '503 ACCESS_UNAVAILABLE');
  assert.equal(await show(await sign()), '503 ACCESS_UNAVAILABLE');
  assert.equal(state.asked, 1);
  assert.match(state.failed[0]!, /answers 503$/);
  state.away = false;
  state.now += 20_000;
  assert.equal(await show(await sign({ now: state.now })), 'ann@example.com');
  const fetched = state.now;
  state.away = true;
  state.now = fetched + 24 * HOUR - 1000;
  assert.equal(await show(await sign({ now: state.now })), 'ann@example.com');
  assert.equal(await show(await sign({ kid: 'two', key: next.privateKey, now: state.now })), '503 ACCESS_UNAVAILABLE');
  state.now = fetched + 24 * HOUR;
  assert.equal(await show(await sign({ now: state.now })), '503 ACCESS_UNAVAILABLE');
  state.away = false;
  state.now += 20_000;
  assert.equal(await show(await sign({ now: state.now })), 'ann@example.com');
});
