/** `rdv audit`: what was done, and whether that was tampered with. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathsIn } from '#protocol/paths';
import { openDatabase } from '../../../daemon/db/open.js';
import { whole } from '../../support/whole.js';
import { inTerminal, rdv } from './program.js';

test('the audit is listed as a table, verified in a sentence, and a chain that does not hold is exit code 1', async (t) => {
  const { daemon, client } = await whole(t);
  const run = (...args: string[]) => rdv(daemon.home, args);
  const { id } = await client.call('session/create', { command: ['cat'] });
  await client.call('session/close', { id });
  const { entries } = await client.call('audit/list', { method: 'session/close' });

  const { stdout } = await run('audit', 'list', '--method', 'session/close');
  const expected = entries.map(
    ({ seq, at, tokenId, outcome }) => `${seq}\t${at}\tlocal\t${tokenId}\tsession/close\t${id}\t${outcome}\n`,
  );
  assert.equal(stdout, expected.join(''));
  assert.match((await run('audit', 'list', '--limit', '1')).stderr, /^There are older ones: add `--before \d+`\./);
  const screen = inTerminal(daemon.home, '$RDV audit list --method session/close');
  assert.equal(await screen.ended, 0);
  assert.match(
    screen.text,
    /^ROW +TIME +WHO +TOKEN +METHOD +TARGET +OUTCOME\r\n\d+ .* local +[0-9a-f]{7}\S+ +session\/close +\S+ .*done/,
  );
  assert.match((await run('audit', 'list', '--user', 'nobody')).stderr, /^Nothing that fits was done\./);

  const good = await run('audit', 'verify');
  assert.equal(good.code, 0);
  assert.match(good.stdout, /^The audit holds: \d+ rows, 1 to \d+\.\n$/);
  const db = openDatabase(pathsIn(daemon.home).database);
  db.prepare("UPDATE audit SET outcome = 'NotFound' WHERE seq = ?").run(entries[0]!.seq);
  db.close();
  const bad = await run('audit', 'verify');
  assert.equal(bad.code, 1);
  const line = `  row ${entries[0]!.seq}: It was changed, or is not in its place\\.`;
  assert.match(bad.stdout, new RegExp(`^The audit does not hold: .*\\.\\n${line}\\n$`));
  const json = await run('--json', 'audit', 'verify');
  assert.deepEqual([json.code, JSON.parse(json.stdout).ok], [1, false]);
});

test('without a verb the help shows what there is', async (t) => {
  const { daemon } = await whole(t);
  const { code, stderr } = await rdv(daemon.home, ['audit']);
  assert.equal(code, 2);
  assert.match(stderr, /Commands:\n +list .*\n.*\n +verify /);
});
