/** Numbers 1, 2 and 4 over a real daemon: what is revoked ends at once, sessions have tokens of their own, and no text leaks. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Client, connect, openTerminal } from '#client';
import { pathsIn } from '#protocol/paths';
import type { Daemon } from '../../support/daemon.js';
import { refused } from '../../support/refused.js';
import { askTmux, folderFor, heard, whole } from '../../support/whole.js';

async function as(t: TestContext, { socket }: Daemon, token: string, user?: string): Promise<Client> {
  const client = await connect({ socketPath: socket, token, ...(user !== undefined && { user }) });
  t.after(() => client.close());
  return client;
}

const tokenOf = ({ home }: Daemon, sessionId: string) =>
  readFileSync(`${pathsIn(home).tokens}/${sessionId}`, 'utf8').trim();

test('2, 4: a revoked token ends its live terminal stream within a second, while it prints', async (t) => {
  const { daemon, client } = await whole(t);
  const { id } = await client.call('session/create', {
    command: ['sh', '-c', 'while :; do echo on; sleep 0.02; done'],
  });
  const { key, id: tokenId } = await client.call('token/create', { name: 'viewer' });
  const viewer = await as(t, daemon, key);
  const terminal = await openTerminal(viewer, { sessionId: id, cols: 80, rows: 24 });
  const printed = (async () => {
    for await (const event of terminal) if (event.type === 'closed') return event.reason;
    return 'nothing';
  })();
  await client.call('token/revoke', { id: tokenId });
  const revokedAt = performance.now();
  assert.equal(await printed, 'lost');
  const ms = performance.now() - revokedAt;
  assert.ok(ms < 1000, `it took ${ms} ms`);
  t.diagnostic(`ended ${Math.round(ms)} ms after the answer`);
  await assert.rejects(as(t, daemon, key), refused('Unauthorized', /revoked/, 'TOKEN_REVOKED'));
});

test('1: a program in a session is told where its token is, which reaches it and its folder and ends with it', async (t) => {
  const { daemon, client } = await whole(t);
  const out = join(folderFor(t), 'environment');
  const folder = await client.call('folder/create', { name: 'api' });
  const session = { command: ['sh', '-c', 'env >"$1"; exec cat', 'sh', out], folderId: folder.id };
  const { id } = await client.call('session/create', session);
  const beside = await client.call('session/create', { command: ['cat'], folderId: folder.id });
  const outside = await client.call('session/create', { command: ['cat'] });
  await client.call('session/wait', { id: beside.id, until: 'idle' });
  const environment = readFileSync(out, 'utf8').split('\n');
  assert.ok(environment.includes(`RDV_TOKEN_FILE=${pathsIn(daemon.home).tokens}/${id}`));
  assert.ok(environment.includes(`RDV_FOLDER_ID=${folder.id}`));

  const own = await as(t, daemon, tokenOf(daemon, id));
  const { sessions } = await own.call('session/list', {});
  assert.deepEqual(sessions.map((each) => each.id).sort(), [id, beside.id].sort());
  await own.call('session/send', { id: beside.id, text: 'hello', enter: true });
  await assert.rejects(own.call('session/get', { id: outside.id }), refused('NotFound', /No session/));
  await assert.rejects(own.call('session/close', { id }), refused('Forbidden', /"destroy"/, 'MISSING_SCOPE'));
  await assert.rejects(own.call('token/list', {}), refused('Forbidden', /reaches only session/, 'OUT_OF_REACH'));
  const ended = new Promise<void>((resolve) => void own.onClose(resolve));
  await client.call('session/close', { id });
  const closedAt = performance.now();
  await ended;
  assert.ok(performance.now() - closedAt < 1000);
  assert.deepEqual(readdirSync(pathsIn(daemon.home).tokens).sort(), [beside.id, outside.id].sort());
});

test('1: `session/run` has a token too, and leaves nothing of it', async (t) => {
  const { daemon, client } = await whole(t);
  const { output } = await client.call('session/run', { command: ['sh', '-c', 'cat "$RDV_TOKEN_FILE"'] });
  assert.match(output, /^rdv_ses_[0-9a-f_]+\n$/);
  assert.deepEqual(readdirSync(pathsIn(daemon.home).tokens), []);
  await assert.rejects(as(t, daemon, output.trim()), refused('Unauthorized', /ends with its session/));
});

test('1: a session whose token cannot be written is not made, and leaves nothing', async (t) => {
  const { daemon, client } = await whole(t);
  const { tokens } = pathsIn(daemon.home);
  execFileSync('rmdir', [tokens]);
  writeFileSync(tokens, 'in the way');
  await assert.rejects(
    client.call('session/create', { command: ['cat'] }),
    refused('Unavailable', /cannot be written/),
  );
  assert.deepEqual((await client.call('session/list', {})).sessions, []);
  execFileSync('rm', [tokens]);
  const { id } = await client.call('session/create', { command: ['cat'] });
  assert.equal(existsSync(`${tokens}/${id}`), true);
  if (daemon.tmux)
    assert.deepEqual(askTmux(daemon, 'list-sessions', '-F', '#S').match(/rdv-[0-9a-f-]{36}/g), [`rdv-${id}`]);
});

test('1: a daemon that was killed finds the tokens of its sessions again, and removes what is left of others', async (t) => {
  const { daemon, client } = await whole(t);
  const { id } = await client.call('session/create', { command: ['cat'] });
  const lost = await client.call('session/create', { command: ['cat'] });
  const before = tokenOf(daemon, id);
  const { tokens } = pathsIn(daemon.home);
  await daemon.kill9();
  execFileSync('rm', [`${tokens}/${lost.id}`]);
  writeFileSync(`${tokens}/3f2a7c1e-0000-4000-8000-000000000009`, 'stale');
  await daemon.restart();
  assert.deepEqual(readdirSync(tokens).sort(), [id, lost.id].sort());
  assert.equal(tokenOf(daemon, id), before);
  for (const each of [id, lost.id]) await as(t, daemon, tokenOf(daemon, each));
});

test('2: no text of a token is in the database, the log, the processes or tmux', async (t) => {
  const { daemon, client } = await whole(t, { environment: { RDV_LOG_LEVEL: 'debug' } });
  const { home } = daemon;
  const { id } = await client.call('session/create', { command: ['sleep', '1000'] });
  const made = await client.call('token/create', { name: 'canary' });
  const rotated = await client.call('token/rotate', { id: made.id });
  const { token: ticket } = await client.call('session/ticket', { id });
  const service = readFileSync(pathsIn(home).serviceToken, 'utf8').trim();
  const texts = [daemon.token, service, tokenOf(daemon, id), made.key, rotated.key!, ticket];
  const bridge = await as(t, daemon, service);
  await bridge.call('token/redeem', { token: ticket });
  await assert.rejects(bridge.call('token/redeem', { token: ticket }));
  await assert.rejects(as(t, daemon, `${made.key}x`));
  await client.call('token/revoke', { id: rotated.id });
  await assert.rejects(as(t, daemon, made.key));

  const places = new Map<string, Buffer | string>([
    ...['rdv.db', 'rdv.db-wal', 'log/rdvd.log'].map((name) => [name, readFileSync(join(home, name))] as const),
    ['ps', execFileSync('ps', ['-eo', 'args'], { maxBuffer: 1e8 })],
    ['stderr', daemon.stderr],
  ]);
  if (daemon.tmux) {
    places.set('tmux global', askTmux(daemon, 'show-environment', '-g'));
    places.set('tmux session', askTmux(daemon, 'show-environment', '-t', `=rdv-${id}`));
  }
  for (const text of texts) {
    // The beginning tells a token by; what is secret begins behind it.
    const secret = text.startsWith('rdv_') ? text.split('_')[3]! : text.slice(12);
    for (const [name, content] of places) assert.equal(content.includes(secret), false, `${text} in ${name}`);
  }
});

test('4: `token/alarmed` reaches the user whose old token is tried', async (t) => {
  const { daemon, client } = await whole(t);
  await client.call('event/subscribe', { names: ['token/alarmed'] });
  const { key, id } = await client.call('token/create', { name: 'phone' });
  await client.call('token/revoke', { id });
  const alarmed = heard(client, 'token/alarmed');
  await assert.rejects(as(t, daemon, key));
  assert.deepEqual([(await alarmed).id, (await alarmed).reason], [id, 'revoked']);
});
