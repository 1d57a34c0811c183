/** `rdv rpc --stdio`: a pipe to the daemon that logs in by itself, and changes nothing of what passes. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { createDecoder, frame } from '#protocol/frames';
import { type Daemon, startDaemon } from '../../support/daemon.js';
import { folderFor } from '../../support/whole.js';
import { program } from './program.js';
import { call, speak } from './speaking.js';

let daemon: Daemon;
before(async () => {
  daemon = await startDaemon({ environment: { RDV_TOKEN_OVERLAP_MS: '500' } });
});
after(() => daemon.stop());

const none = [undefined, null, {}, { clientInfo: { name: 'an editor' } }];

test('`initialize` is given the token, whatever its params are, and all else passes', async () => {
  const all = none.map((params) =>
    speak(daemon.home).end(Buffer.concat([call(1, 'initialize', params), call('zwei', 'daemon/ping')])),
  );
  for (const { code, stderr, heard } of await Promise.all(all)) {
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(
      heard.map(({ id, error }) => [id, error]),
      [
        [1, undefined],
        ['zwei', undefined],
      ],
    );
    assert.equal(heard[0]?.result.user, 'local');
  }
});

test('who begins with another call is logged in, and an `initialize` that comes later has its answer', async () => {
  const speaker = speak(daemon.home);
  assert.ok((await speaker.asks(7, 'daemon/ping')).result.at > 0);
  const { result } = await speaker.asks(8, 'initialize', {});
  assert.deepEqual([result.user, typeof result.connectionId], ['local', 'string']);
  const again = await speaker.asks(9, 'initialize', { token: daemon.token });
  assert.match(again.error!.message, /called already/);
  assert.equal((await speaker.end()).heard.length, 3);
});

test('a token of the client is left as it is, and a wrong one lets nobody in by ours', async () => {
  const speaker = speak(daemon.home);
  const refused = await speaker.asks(1, 'initialize', { token: 'wrong' });
  assert.deepEqual([refused.error?.code, refused.error?.data.code], [1401, 'INVALID_TOKEN']);
  assert.equal((await speaker.asks(2, 'daemon/ping')).error?.data.code, 'NotInitialized');
  assert.equal((await speaker.asks(3, 'initialize')).result.user, 'local', 'it may think again');
  assert.equal((await speaker.end()).code, 0);
});

test('the last answers are written after the end of the input, and `exit` ends it with 0 too', async () => {
  const waited = speak(daemon.home);
  const { result } = await waited.asks(1, 'session/create', { command: ['cat'], name: '日本語 é 🚀' });
  assert.equal(result.name, '日本語 é 🚀');
  const wait = { id: result.id, until: 'exit', timeoutMs: 300 };
  const { code, heard } = await waited.end(call(2, 'session/wait', wait));
  assert.deepEqual([code, heard.at(-1)?.id], [0, 2]);

  const leaving = speak(daemon.home);
  await leaving.asks(1, 'initialize');
  await leaving.asks(2, 'session/close', { id: result.id });
  await leaving.asks(3, 'shutdown');
  leaving.say(frame({ jsonrpc: '2.0', method: 'exit' }));
  assert.deepEqual([(await leaving.closed).code, (await leaving.closed).stderr], [0, '']);
  assert.equal((await speak(daemon.home).end(frame({ jsonrpc: '2.0', method: 'exit' }))).code, 0);
});

test('answers are not waited for by a client that is gone', async (t) => {
  const maker = speak(daemon.home);
  const { result } = await maker.asks(1, 'session/create', { command: ['cat'] });
  const asked = join(folderFor(t), 'asked');
  writeFileSync(asked, call(1, 'session/wait', { id: result.id, until: 'exit', timeoutMs: 600_000 }));
  // Its input has ended and its parent waits; then that is killed.
  const script = 'node "$0" rpc --stdio < "$1" & echo started; wait';
  const env = { ...process.env, REMOTE_DEV_DIR: daemon.home };
  const parent = spawn('sh', ['-c', script, program, asked], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(parent.stdout, 'data');
  while ((await maker.asks(`n${maker.heard.length}`, 'daemon/status')).result.connections < 2);
  parent.kill('SIGKILL');
  // Both hold the end of this pipe.
  await once(parent, 'close');
  await maker.asks(2, 'session/close', { id: result.id });
  await maker.end();
});

test('events come while calls are under way, and what is cancelled ends', async () => {
  const speaker = speak(daemon.home);
  await speaker.asks(1, 'event/subscribe', { names: ['session/created'] });
  const { result } = await speaker.asks(2, 'session/create', { command: ['cat'] });
  const told = await speaker.hears(({ method }) => method === 'session/created');
  assert.equal(told.params.session.id, result.id);
  speaker.say(call(3, 'session/wait', { id: result.id, until: 'exit', timeoutMs: 60_000 }));
  speaker.say(frame({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 3 } }));
  assert.equal((await speaker.hears(({ id }) => id === 3)).error?.data.code, 'Cancelled');
  await speaker.asks(4, 'session/close', { id: result.id });
  await speaker.end();
});

test('when the token is replaced its connection goes on, and the client sees nothing of it', async () => {
  const ours = speak(daemon.home);
  const filled = speak(daemon.home);
  await ours.asks(1, 'daemon/ping');
  await filled.asks(1, 'initialize');
  const own = speak(daemon.home);
  await own.asks(1, 'initialize', { token: daemon.token });
  await ours.asks(2, 'token/rotate', { id: 'cli' });
  // One that came with a token of its own is told, and has to see to it.
  await own.hears(({ method }) => method === 'auth/rotated');
  assert.equal((await own.closed).code, 69);
  for (const speaker of [ours, filled]) {
    assert.ok((await speaker.asks('after', 'daemon/ping')).result);
    const { code, stderr, heard } = await speaker.end();
    assert.deepEqual([code, stderr], [0, '']);
    assert.ok(heard.every(({ method, id }) => method === undefined && !String(id).startsWith('rdv')));
  }
});

const broken: Record<string, string> = {
  'a header without a name': 'hello\r\n\r\n',
  'a message that is not JSON': 'Content-Length: 3\r\n\r\n{a}',
  'a message that the end cuts': 'Content-Length: 30\r\n\r\n{"jsonrpc"',
};
for (const [what, bytes] of Object.entries(broken)) {
  test(`${what} is refused, and said so`, async () => {
    const { code, stderr, heard } = await speak(daemon.home).end(bytes);
    assert.deepEqual([code, heard.length, heard[0]?.id, heard[0]?.error?.code], [1, 1, null, -32700]);
    assert.match(stderr, /^rdv: .*\. Frame each message as `rdv rpc --help` tells\.\n$/);
  });
}

test('a daemon that is lost ends it with 69 and one line, and is started again for the next', async () => {
  const speaker = speak(daemon.home);
  await speaker.asks(1, 'initialize');
  await daemon.kill9();
  const { code, stderr } = await speaker.closed;
  assert.equal(code, 69);
  assert.match(stderr, /^rdv: The daemon ended the connection\. [^\n]*\n$/);

  const refused = await speak(daemon.home, ['--no-autostart']).end(call(1, 'initialize'));
  assert.deepEqual([refused.code, refused.heard[0]?.error?.code], [69, 1503]);
  assert.match(refused.stderr, /^rdv: No daemon answers at [^\n]*\n$/);

  const starting = await speak(daemon.home).end(Buffer.concat([call(1, 'initialize'), call(2, 'daemon/stop')]));
  // Between the answers the daemon may say that it stops.
  const answered = starting.heard.flatMap(({ id }) => id ?? []);
  assert.deepEqual([starting.code, answered], [0, [1, 2]]);
  await daemon.restart();
});

test('what is no message from the daemon is not blamed on the client', async (t) => {
  const { server } = await openServer(t, (socket) => socket.write('hello\r\n\r\n'));
  const speaker = speak(daemon.home, ['--socket', server]);
  await speaker.asks(1, 'initialize');
  speaker.say(call(2, 'daemon/ping'));
  const { code, stderr, heard } = await speaker.closed;
  assert.deepEqual([code, heard.length], [69, 1]);
  assert.match(stderr, /^rdv: What the daemon sent is no message: [^\n]*\n$/);
});

test('messages pass byte for byte both ways', async (t) => {
  const sent = '{ "id" : 2,"method":"x", "params":{"b":1.0,"a":"\\u00e9 é 🚀","a":1e2} , "jsonrpc":"2.0"}';
  const answer = '{"jsonrpc":"2.0","id":2,"result":{"b":1.0, "a":"\\u00e9 é 🚀"}}';
  const asked = '{"jsonrpc":"2.0","id":"s1","method":"client/ask" ,"params":{"x":"日本"}}';
  const { server, bodies } = await openServer(t, (socket) => socket.write(framed(asked) + framed(answer)));
  const speaker = speak(daemon.home, ['--socket', server]);
  const raw: Buffer[] = [];
  speaker.child.stdout.on('data', (chunk: Buffer) => raw.push(chunk));
  await speaker.asks(1, 'initialize');
  speaker.say(framed(sent));
  await speaker.hears(({ id }) => id === 2);
  await speaker.end(framed('{"jsonrpc":"2.0","id":"s1" ,"result":{ }}'));
  assert.ok(
    Buffer.concat(raw)
      .toString()
      .endsWith(framed(asked) + framed(answer)),
  );
  assert.deepEqual(bodies, [sent, '{"jsonrpc":"2.0","id":"s1" ,"result":{ }}']);
});

test('a client that does not read holds back the daemon, and gets it all when it does', async (t) => {
  const part = framed(
    JSON.stringify({ jsonrpc: '2.0', method: 'terminal/output', params: { data: 'x'.repeat(65_536) } }),
  );
  const count = 1000;
  let taken = 0;
  const flood = (socket: Socket) => void socket.write(part, () => ++taken < count && flood(socket));
  const { server, socket } = await openServer(t, flood);
  const speaker = speak(daemon.home, ['--socket', server]);
  await speaker.asks(1, 'initialize');
  speaker.child.stdout.pause();
  speaker.say(call(2, 'flood'));
  const flooded = await socket;
  const passed = await standstill(() => taken);
  assert.ok(passed < 50, `${passed} messages of 64 KiB went on`);
  speaker.child.stdout.resume();
  await speaker.hears(() => speaker.heard.length === count + 1);
  speaker.child.stdin.end();
  flooded.destroy();
  await speaker.closed;
});

test('a daemon that does not read holds back the client, and gets it all when it does', async (t) => {
  const { server, bodies, socket } = await openServer(t, (socket) => socket.pause());
  const speaker = speak(daemon.home, ['--socket', server]);
  await speaker.asks(1, 'initialize');
  const part = frame({ jsonrpc: '2.0', method: 'x', params: { data: 'x'.repeat(65_536) } });
  const count = 500;
  let taken = 0;
  const flood = () => void speaker.child.stdin.write(part, () => ++taken < count && flood());
  flood();
  const passed = await standstill(() => taken);
  assert.ok(passed < 50, `${passed} messages of 64 KiB went on`);
  (await socket).resume();
  await once(speaker.child.stdin, 'drain');
  while (bodies.length < count) await once(await socket, 'data');
  await speaker.end();
});

const framed = (json: string) => `Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`;

/** Lets everybody in, keeps what comes then, and answers the first of it as told. */
async function openServer(t: TestContext, answer: (socket: Socket) => void) {
  const path = join(folderFor(t), 's');
  const bodies: string[] = [];
  let reached: (socket: Socket) => void = () => {};
  const first = new Promise<Socket>((resolve) => (reached = resolve));
  const server: Server = createServer((socket) => {
    const decoder = createDecoder({ headerBytes: 1024, bodyBytes: 1024 * 1024 });
    socket
      .on('error', () => {})
      .on('data', (chunk) => {
        for (const event of decoder.push(chunk)) {
          assert.ok(event.kind === 'body');
          const body = event.body.toString();
          if (JSON.parse(body).method === 'initialize') socket.write(framed('{"jsonrpc":"2.0","id":1,"result":{}}'));
          else if (bodies.push(body) === 1) {
            answer(socket);
            reached(socket);
          }
        }
      });
  });
  server.listen(path);
  t.after(() => server.close());
  await once(server, 'listening');
  return { server: path, bodies, socket: first };
}

/** What a number is once it has not grown for a while. */
async function standstill(read: () => number): Promise<number> {
  for (let before = -1; ; ) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const now = read();
    if (now === before) return now;
    before = now;
  }
}
