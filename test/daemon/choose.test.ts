/** A daemon on a machine without tmux: it says so, its sessions work, and end with it; those in tmux are left alone. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { pathsIn } from '#protocol/paths';
import { connectRaw } from '../support/raw.js';
import { refused } from '../support/refused.js';
import { askTmux, folderFor, heard, reach, runToEnd, whole } from '../support/whole.js';

/** A PATH with what tests run, but no tmux, or one that only tells its version. */
function pathWith(t: TestContext, tmux?: string): string {
  const folder = folderFor(t);
  for (const program of ['sh', 'cat', 'env', 'stty', 'sleep', 'head', 'seq', 'yes']) {
    const found = ['/usr/bin', '/bin'].map((at) => join(at, program)).find((path) => existsSync(path));
    symlinkSync(found!, join(folder, program));
  }
  if (tmux) writeFileSync(join(folder, 'tmux'), tmux, { mode: 0o700 });
  return folder;
}

/** A zombie does not. */
function runs(pid: string): boolean {
  return existsSync(`/proc/${pid}/stat`) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

const forced = { environment: { RDV_BACKEND: 'pty' } };

const absent: Readonly<Record<string, [tmux: string | undefined, reason: RegExp]>> = {
  'without tmux': [undefined, /tmux is not on the PATH\. Install it \(Debian: apt-get install tmux/],
  'with a tmux too old': ["#!/bin/sh\necho 'tmux 3.1c'\n", /tmux 3\.1c is too old: rdv needs 3\.2 or newer/],
};

for (const [what, [tmux, reason]] of Object.entries(absent)) {
  test(`a daemon ${what} runs programs itself, and says why and what is lost`, async (t) => {
    const { daemon, client } = await whole(t, { environment: { PATH: pathWith(t, tmux) } });
    const { status, components } = await client.call('daemon/health', {});
    const { ok, detail = '' } = components.find(({ name }) => name === 'tmux') ?? {};
    assert.deepEqual([status, ok], ['degraded', false]);
    assert.match(detail, /sessions end with the daemon/);
    assert.match(detail, reason);
    assert.ok(daemon.stderr.includes(detail), 'also on stderr');
    assert.match(readFileSync(pathsIn(daemon.home).log, 'utf8'), /running without tmux: sessions end with the daemon/);
    const { kind, socketName } = (await client.call('daemon/status', {})).backend;
    assert.deepEqual([kind, socketName, daemon.tmux], ['pty', null, '']);
    const { id, backend } = await client.call('session/create', { command: ['sh', '-c', 'echo hello; cat'] });
    assert.equal(backend, 'pty');
    await client.call('session/wait', { id, until: 'pattern', pattern: '^hello$' });
  });
}

test('a tmux asked for by name must be there, one that fails is no reason to do without, and no other word is known', async (t) => {
  const refuse = async (environment: Record<string, string>, code: number, words: RegExp) => {
    const { stderr, ...ended } = await runToEnd(folderFor(t), environment);
    assert.deepEqual([ended.code, ended.stdout], [code, '']);
    assert.match(stderr, words);
  };
  await refuse({ RDV_BACKEND: 'tmux', PATH: pathWith(t) }, 69, /^rdvd: tmux is not on the PATH\. Install it/);
  await refuse({ PATH: pathWith(t, '#!/bin/sh\nexit 3\n') }, 69, /^rdvd: tmux does not answer to -V/);
  await refuse(
    { RDV_BACKEND: 'screen' },
    2,
    /^rdvd: Expected RDV_BACKEND to be auto, tmux or pty, got "screen"\. Correct it, or unset it\.$/m,
  );
});

test('a daemon with tmux loads nothing of what it does not need', { skip: process.platform !== 'linux' }, async (t) => {
  const loaded = async (environment: Record<string, string>) => {
    const { daemon } = await whole(t, { environment });
    return readFileSync(`/proc/${daemon.pid}/maps`, 'utf8').includes('/pty.node');
  };
  assert.deepEqual([await loaded({}), await loaded(forced.environment)], [false, true]);
});

test('`daemon/stop` says that sessions end, ends their programs, and the next daemon closes their rows', async (t) => {
  const { daemon, client } = await whole(t, forced);
  const report = join(folderFor(t), 'pid');
  const command = ['sh', '-c', 'trap "" HUP; echo $$ >"$1"; echo ready; while :; do sleep 0.1; done', 'sh', report];
  const { id } = await client.call('session/create', { command });
  await client.call('session/wait', { id, until: 'pattern', pattern: '^ready$' });
  const raw = await connectRaw(daemon.socket);
  await raw.call('initialize', { token: daemon.token });
  assert.deepEqual((await raw.call('daemon/stop', {})).result, { success: true, sessions: 'end' });
  assert.equal(await daemon.terminate(), 0);
  assert.equal(existsSync(`/proc/${readFileSync(report, 'utf8').trim()}`), false);
  await daemon.restart();
  const again = await reach(t, daemon);
  assert.deepEqual((await again.call('session/list', {})).sessions, []);
  const { status, backend } = await again.call('session/get', { id });
  assert.deepEqual([status, backend], ['closed', 'pty']);
});

test('a second signal ends a daemon at once, and its programs with it', async (t) => {
  const { daemon, client } = await whole(t, forced);
  const report = join(folderFor(t), 'pid');
  const command = ['sh', '-c', 'trap "" HUP; echo $$ >"$1"; echo ready; while :; do sleep 0.1; done', 'sh', report];
  const { id } = await client.call('session/create', { command });
  await client.call('session/wait', { id, until: 'pattern', pattern: '^ready$' });
  const stopping = heard(client, 'server/stopping');
  process.kill(daemon.pid, 'SIGTERM');
  await stopping;
  assert.equal(await daemon.terminate(), 1);
  // Whoever inherits it may take a moment to collect it.
  while (runs(readFileSync(report, 'utf8').trim())) await setTimeout(5);
});

test('sessions in tmux are left alone by a daemon without it, and are there again with it', async (t) => {
  const { daemon, client } = await whole(t);
  const { id } = await client.call('session/create', { command: ['cat'] });
  const server = daemon.tmux;
  client.close();
  await daemon.restart({ RDV_BACKEND: 'pty' });
  const without = await reach(t, daemon);
  const listed = (await without.call('session/list', {})).sessions.map(({ status, backend }) => [status, backend]);
  assert.deepEqual(listed, [['active', 'tmux']]);
  const words = /lives in tmux, which this daemon runs without\. Install tmux 3\.2 or newer and restart the daemon\.$/;
  const away = refused('Unavailable', words, 'TMUX_MISSING');
  await assert.rejects(without.call('session/send', { id, text: 'x' }), away);
  await assert.rejects(without.call('session/scrollback', { id }), away);
  await assert.rejects(without.call('session/wait', { id, until: 'exit' }), away);
  await assert.rejects(without.call('terminal/open', { sessionId: id }), away);
  await assert.rejects(without.call('session/close', { id }), away);
  await without.call('session/create', { command: ['cat'] });
  without.close();
  await daemon.restart({ RDV_BACKEND: '' });
  assert.equal(daemon.tmux, server);
  const again = await reach(t, daemon);
  await again.call('session/send', { id, text: 'still here', enter: true });
  await again.call('session/wait', { id, until: 'pattern', pattern: 'still here' });
  assert.match(askTmux(daemon, 'list-sessions'), new RegExp(`rdv-${id}`));
});
