/** The tmux server as a user may see and clear it: his own sessions and what is nobody's, never those of others. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { connect } from '#client';
import { pathsIn } from '#protocol/paths';
import type { Daemon } from '../../support/daemon.js';
import { refused } from '../../support/refused.js';
import { askTmux, whole } from '../../support/whole.js';

const namesIn = (daemon: Daemon) =>
  askTmux(daemon, 'list-sessions', '-F', '#{session_name}')
    .split('\n')
    .filter((name) => name !== 'rdv-hub');

async function as(t: TestContext, daemon: Daemon, user: string) {
  const token = readFileSync(pathsIn(daemon.home).serviceToken, 'utf8').trim();
  const client = await connect({ socketPath: daemon.socket, token, user });
  t.after(() => client.close());
  return client;
}

test('a user sees and ends his own tmux sessions and orphans; those of others and of the person do not exist', async (t) => {
  const { daemon } = await whole(t);
  const [ann, bob] = [await as(t, daemon, 'ann'), await as(t, daemon, 'bob')];
  const folder = await ann.call('folder/create', { name: 'src' });
  const kept = await ann.call('session/create', { command: ['cat'], folderId: folder.id });
  const other = await bob.call('session/create', { command: ['cat'] });
  const orphan = `rdv-${randomUUID()}`;
  askTmux(daemon, 'new-session', '-d', '-s', orphan, 'cat');
  askTmux(daemon, 'new-window', '-d', '-t', `=${orphan}:`, 'cat');
  askTmux(daemon, 'new-session', '-d', '-s', 'mine', 'cat');
  await ann.call('terminal/open', { sessionId: kept.id });

  const { sessions, ...counts } = await ann.call('tmux/list', {});
  assert.deepEqual(counts, { totalCount: 2, orphanedCount: 1, trackedCount: 1 });
  assert.deepEqual(
    sessions.map(({ created, ...rest }) => rest),
    [
      ...[{ name: orphan, windowCount: 2, attached: false, isOrphaned: true, dbSessionId: null, folderName: null }],
      {
        ...{ name: kept.tmuxSessionName, windowCount: 1, attached: true, isOrphaned: false },
        ...{ dbSessionId: kept.id, folderName: 'src' },
      },
    ],
  );
  for (const { created } of sessions) assert.ok(Math.abs(Date.now() - created) < 60_000);

  for (const name of [other.tmuxSessionName, 'rdv-hub', `rdv-${randomUUID()}`, `${kept.tmuxSessionName.slice(0, -1)}`])
    await assert.rejects(
      ann.call('tmux/kill', { name }),
      refused('NotFound', /List them with tmux/, 'TMUX_SESSION_NOT_FOUND'),
    );
  const own = refused('InvalidParams', /begin with "rdv-"/, 'INVALID_SESSION_NAME');
  await assert.rejects(ann.call('tmux/kill', { name: 'mine' }), own);
  assert.equal(namesIn(daemon).length, 4);

  await ann.call('tmux/kill', { name: kept.tmuxSessionName });
  assert.equal((await ann.call('session/get', { id: kept.id })).status, 'closed');
  assert.deepEqual(await ann.call('tmux/killOrphaned', {}), { success: true, killed: [orphan] });
  assert.deepEqual(await ann.call('tmux/killOrphaned', {}), { success: true, killed: [] });
  assert.deepEqual(namesIn(daemon).sort(), ['mine', other.tmuxSessionName].sort());
  assert.equal((await bob.call('session/get', { id: other.id })).status, 'active');
});

test('a second view of a session, as tmux makes and names it, is no orphan, and the session outlives a restart with it', async (t) => {
  const { daemon } = await whole(t);
  const [ann, bob] = [await as(t, daemon, 'ann'), await as(t, daemon, 'bob')];
  const { id, tmuxSessionName: name } = await bob.call('session/create', { command: ['cat'] });
  askTmux(daemon, 'new-session', '-d', '-t', `=${name}`);
  const view = namesIn(daemon).find((each) => each !== name)!;
  assert.ok(view.startsWith(`${name}-`));
  for (const client of [ann, bob]) {
    assert.equal((await client.call('tmux/list', {})).orphanedCount, 0);
    await assert.rejects(client.call('tmux/kill', { name: view }), refused('NotFound', /./, 'TMUX_SESSION_NOT_FOUND'));
    assert.deepEqual(await client.call('tmux/killOrphaned', {}), { success: true, killed: [] });
  }
  await daemon.restart();
  const again = await as(t, daemon, 'bob');
  assert.equal((await again.call('session/get', { id })).status, 'active');
  await again.call('session/send', { id, text: 'still here', enter: true });
  await again.call('session/wait', { id, until: 'pattern', pattern: '^still here$' });
});

test('without tmux there is nothing to list and nothing to end', async (t) => {
  const { client } = await whole(t, { config: '[terminal]\nbackend = "pty"\n' });
  const { tmuxSessionName: name } = await client.call('session/create', { command: ['cat'] });
  const none = { sessions: [], totalCount: 0, orphanedCount: 0, trackedCount: 0 };
  assert.deepEqual(await client.call('tmux/list', {}), none);
  await assert.rejects(client.call('tmux/kill', { name }), refused('NotFound', /./, 'TMUX_SESSION_NOT_FOUND'));
  assert.deepEqual(await client.call('tmux/killOrphaned', {}), { success: true, killed: [] });
});
