/** A socket away from its usual place is found by a link there, which goes with it. */
import assert from 'node:assert/strict';
import { existsSync, lstatSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { linkSocket, refuseAnswered } from '../../../daemon/rpc/link.js';
import { checkSocket } from '../../../daemon/rpc/socket.js';
import { connectRaw } from '../../support/raw.js';
import { refused } from '../../support/refused.js';
import { folderFor } from '../../support/whole.js';
import { openFloor } from './floor.js';

async function floorWithLink(t: TestContext) {
  const link = join(folderFor(t), 'api.sock');
  const floor = await openFloor({ link });
  t.after(() => floor.close());
  return { link, ...floor };
}

test('clients come in by the link, and both go at the end', async (t) => {
  const { link, path, listener } = await floorWithLink(t);
  assert.equal(readlinkSync(link), path);
  const client = await connectRaw(link);
  assert.equal((await client.login()).error, undefined);
  await listener.stop('the test is over');
  assert.deepEqual(
    [existsSync(link), existsSync(path), lstatSync(link, { throwIfNoEntry: false })],
    [false, false, undefined],
  );
});

test('a link of a newer daemon stays, and nothing else is left beside it', async (t) => {
  const { link, listener } = await floorWithLink(t);
  const remove = linkSocket(link, '/nowhere');
  await listener.stop('the test is over');
  assert.equal(readlinkSync(link), '/nowhere');
  remove();
  remove();
  assert.deepEqual(readdirSync(join(link, '..')), []);
});

test('a link left by a crash, to a socket that is there or gone, is in nobody’s way', async (t) => {
  const { link, path } = await floorWithLink(t);
  checkSocket(link);
  rmSync(path);
  checkSocket(link);
  const floor = await openFloor({ path: link });
  t.after(() => floor.close());
  assert.ok(lstatSync(link).isSocket());
});

test('a link to something else is', (t) => {
  const folder = folderFor(t);
  writeFileSync(join(folder, 'file'), '');
  symlinkSync('file', join(folder, 'api.sock'));
  assert.throws(() => checkSocket(join(folder, 'api.sock')), refused('Conflict', /is not a socket; move it away/));
});

test('where the link cannot be made nothing listens', async (t) => {
  const folder = folderFor(t);
  const path = join(folder, 's.sock');
  await assert.rejects(openFloor({ path, link: join(folder, 'no/such/api.sock') }), /ENOENT/);
  assert.deepEqual(readdirSync(folder), []);
});

test('a socket where somebody answers is refused; one that is left over, or none, is not', async (t) => {
  const path = join(folderFor(t), 's.sock');
  await refuseAnswered(path);
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const words = /^Another program listens at .*s\.sock\. End it, or choose another server\.api_socket\.$/;
  await assert.rejects(refuseAnswered(path), refused('Conflict', words, 'SOCKET_TAKEN'));
  await new Promise((resolve) => server.close(resolve));
  const floor = await openFloor({ path });
  await floor.close();
  await refuseAnswered(path);
});
