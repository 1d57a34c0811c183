/** A daemon that takes another one's place: what it proves before, how clients wait, and when it leaves the other alone. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { pathsIn } from '#protocol/paths';
import { takeLock } from '../../daemon/db/lock.js';
import { takeOver } from '../../daemon/replace.js';
import { openDoor } from '../../daemon/rpc/door.js';
import { connectRaw } from '../support/raw.js';
import { refused } from '../support/refused.js';
import { folderFor, reach, runToEnd, whole } from '../support/whole.js';

/** Another daemon, of any age: it holds the lock, and answers as it is told. */
async function other(t: TestContext, answers: Record<string, (end: () => void) => object>) {
  const home = folderFor(t);
  const paths = pathsIn(home);
  mkdirSync(paths.run, { mode: 0o700 });
  writeFileSync(paths.cliToken, 'secret\n');
  const lock = (await takeLock(paths.lock))!;
  const door = await openDoor(paths.socket);
  const heard: [string, unknown][] = [];
  const end = () => {
    door.removeFile();
    void door.close();
    lock.release();
  };
  t.after(end);
  door.open((socket) => {
    socket.on('data', (chunk) => {
      for (const text of chunk
        .toString()
        .split(/Content-Length: \d+\r\n\r\n/)
        .slice(1)) {
        const { id, method, params } = JSON.parse(text);
        heard.push([method, params]);
        const usual: object = { result: method === 'daemon/status' ? { pid: 4711 } : {} };
        const body = JSON.stringify({ jsonrpc: '2.0', id, ...(answers[method]?.(end) ?? usual) });
        socket.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
      }
    });
    socket.on('error', () => {});
  });
  return { paths, heard, end };
}

test('the other is asked to stop with its own token, and clients that come meanwhile are answered by the new one', async (t) => {
  const { paths, heard, end } = await other(t, { 'daemon/stop': () => ({ result: { success: true } }) });
  const taking = takeOver(paths);
  while (!heard.some(([method]) => method === 'daemon/stop')) await new Promise(setImmediate);
  assert.deepEqual(
    heard.map(([method, params]) => [method, (params as object) ?? {}]),
    [
      ['initialize', { token: 'secret' }],
      ['daemon/status', {}],
      ['daemon/stop', { restarting: true }],
    ],
  );
  const early = await connectRaw(paths.socket);
  early.send({ hello: 'early' });
  end();
  const taken = (await taking)!;
  t.after(() => taken.lock.release());
  assert.equal(taken.lock.isHeld(), true);
  const said = await new Promise<string>((resolve) => {
    taken.door!.open((socket) => socket.once('data', (data) => resolve(String(data))));
  });
  assert.match(said, /early/);
  await early.close();
  taken.door!.removeFile();
  await taken.door!.close();
  assert.deepEqual(
    readdirSync(paths.run).filter((name) => name.startsWith('.')),
    [],
  );
});

test('one that refuses to stop has its socket again, and is left alone', async (t) => {
  const refusal = { error: { code: 1403, message: 'Not you.', data: { code: 'Forbidden' } } };
  const { paths } = await other(t, { 'daemon/stop': () => refusal });
  const words = /^The daemon that runs \(pid 4711\) does not give way and was left alone: Not you\.$/;
  await assert.rejects(takeOver(paths), refused('Unavailable', words, 'NOT_GIVEN_WAY'));
  const client = await connectRaw(paths.socket);
  assert.deepEqual((await client.call('daemon/status', {})).result, { pid: 4711 });
  await client.close();
  assert.deepEqual(
    readdirSync(paths.run).filter((name) => name.startsWith('.')),
    [],
  );
});

test('one that says it stops and does not is told of, and nothing stands in its way', async (t) => {
  const { paths } = await other(t, {});
  const words = /^The daemon that runs \(pid 4711\) has not ended within 100 ms\. When it has, run: rdv daemon start$/;
  await assert.rejects(takeOver(paths, 100), refused('Timeout', words, 'NOT_GIVEN_WAY'));
  assert.equal(existsSync(paths.socket), false);
});

test('one that dies when it is asked is followed all the same', async (t) => {
  const { paths, end } = await other(t, {
    'daemon/stop': (end) => {
      end();
      process.nextTick(end);
      return { result: {} };
    },
  });
  const taken = (await takeOver(paths))!;
  end();
  assert.equal(taken.lock.isHeld(), true);
  taken.door!.removeFile();
  await taken.door!.close();
  taken.lock.release();
});

test('only one takes over at a time', async (t) => {
  const { paths } = await other(t, {});
  const turn = (await takeLock(paths.succession))!;
  assert.equal(await takeOver(paths), undefined);
  turn.release();
});

const faults: Record<string, [prepare: (home: string) => Record<string, string> | void, code: number, words: RegExp]> =
  {
    'whose configuration cannot be': [
      (home) => writeFileSync(pathsIn(home).config, '[cleanup]\ntrash_retention_days = "ever"\n'),
      2,
      /^rdvd: .*config\.toml:2:1: Expected/,
    ],
    'that is older than the database': [
      (home) => {
        const db = new Database(pathsIn(home).database);
        db.pragma('user_version = 99');
        db.close();
      },
      69,
      /^rdvd: The database .* was written by a newer rdv \(schema 99/,
    ],
    'without tmux': [() => ({ PATH: '/nowhere' }), 69, /^rdvd: tmux is not on the PATH/],
  };
for (const [which, [prepare, code, words]] of Object.entries(faults)) {
  test(`a new one ${which} says so, and the old one serves on untouched`, async (t) => {
    const { daemon, client } = await whole(t);
    const told: unknown[] = [];
    client.on('server/stopping', (params) => told.push(params));
    const ended = await runToEnd(daemon.home, prepare(daemon.home) ?? {}, ['--replace']);
    assert.deepEqual([ended.code, ended.stdout], [code, '']);
    assert.match(ended.stderr, words);
    assert.equal((await client.call('daemon/status', {})).pid, daemon.pid);
    assert.equal((await (await reach(t, daemon)).call('daemon/status', {})).pid, daemon.pid);
    assert.deepEqual(told, []);
  });
}
