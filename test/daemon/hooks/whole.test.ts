/** Hooks in a real daemon: installed by name on the command line, run as an agent in a session runs them, and heard. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rdv } from '../../client/cli/program.js';
import { folderFor, whole } from '../../support/whole.js';

test('what is installed is run in a session and heard by the daemon, and is gone again when it is removed', async (t) => {
  const { daemon, client } = await whole(t);
  const path = folderFor(t);
  const { id: folderId } = await client.call('folder/create', { name: 'api', path });
  const installed = await rdv(daemon.home, ['hook', 'install', 'api', 'claude', 'opencode']);
  assert.deepEqual([installed.code, installed.stderr], [0, '']);
  assert.match(installed.stdout, /^claude: Installed\..*\nopencode: Installed\..*\n$/);
  const status = await rdv(daemon.home, ['hook', 'status', 'api']);
  assert.equal(
    status.stdout,
    'claude    installed\ncodex     not installed\ngemini    not installed\nopencode  installed\n',
  );

  const settings = JSON.parse(readFileSync(join(path, '.claude/settings.local.json'), 'utf8'));
  const run: string = settings.hooks.Stop[0].hooks[0].command;
  // A hook ends before it is heard when the machine is busy; an agent has more of them.
  const each = `printf '{"session_id":"c1"}' | sh -c "$RUN" && printf 'ran %d\\n' $?`;
  const { id } = await client.call('session/create', {
    folderId,
    command: ['/bin/sh', '-c', `for n in 1 2 3 4 5; do ${each}; done; echo all over; cat`],
    environment: { RUN: run },
  });
  await client.call('session/wait', { id, until: 'pattern', pattern: '^all over$' });
  const { content } = await client.call('session/scrollback', { id });
  assert.deepEqual(content.trim().split('\n'), [...new Array(5).fill('ran 0'), 'all over']);
  const { text } = await client.call('daemon/metrics', { format: 'prometheus' });
  assert.match(text!, /rdv_requests_total\{method="agent\/report",outcome="done"\} [1-5]\n/);

  const removed = await rdv(daemon.home, ['hook', 'remove', 'api', '--json']);
  assert.equal(removed.code, 0, removed.stderr);
  assert.equal(JSON.parse(removed.stdout).results.length, 4);
  assert.deepEqual(readdirSync(path), []);
  const nothing = await rdv(daemon.home, ['hook', 'install', 'api', 'cursor']);
  assert.equal(nothing.code, 2);
  assert.match(nothing.stderr, /no hooks for "cursor"/);
});
