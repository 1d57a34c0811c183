/** 'session/run' over the real daemon and tmux: exit codes, exact output, and what happens when it does not end by itself. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, connect } from '#client';
import type { Params } from '#protocol';
import { kinds } from '../../support/backends.js';
import { alive, type Daemon, startDaemon } from '../../support/daemon.js';
import { connectRaw } from '../../support/raw.js';
import { heard } from '../../support/whole.js';

for (const kind of kinds)
  describe(`on ${kind}`, () => {
    let daemon: Daemon;
    let client: Client;

    before(async () => {
      daemon = await startDaemon({ environment: { RDV_BACKEND: kind } });
      client = await connect({ socketPath: daemon.socket, token: daemon.token });
    });
    after(async () => {
      client.close();
      await daemon.stop();
    });

    const run = (command: string[], more: Partial<Params<'session/run'>> = {}) =>
      client.call('session/run', { command, ...more });
    const shell = (script: string, more: Partial<Params<'session/run'>> = {}) => run(['sh', '-c', script], more);
    const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

    test("'session/run' returns the exit code and what was printed, and leaves only a closed row", async () => {
      const { sessionId, elapsedMs, ...result } = await shell(
        'printf "one\\ntwo\\n"; printf "thr\\r\\nee" >&2; exit 7',
        {
          name: 'build',
        },
      );
      assert.deepEqual(result, {
        reason: 'exited',
        exitCode: 7,
        output: 'one\ntwo\nthr\r\nee',
        bytes: 15,
        omittedBytes: 0,
        complete: true,
      });
      assert.ok(elapsedMs >= 0);
      const session = await client.call('session/get', { id: sessionId });
      assert.deepEqual(
        [session.name, session.status, session.exit?.code, session.command],
        ['build', 'closed', 7, ['sh', '-c', 'printf "one\\ntwo\\n"; printf "thr\\r\\nee" >&2; exit 7']],
      );
    });

    test('a program that prints a lot and ends at once loses nothing, fifty times', async () => {
      const file = join(daemon.home, 'bytes');
      // Every byte but those a terminal's line discipline would act upon: none on output.
      const bytes = Buffer.concat([randomBytes(300_000), Buffer.from('the end, ü')]);
      writeFileSync(file, bytes);
      for (let i = 0; i < 50; i++) {
        const { output, exitCode, complete, omittedBytes } = await run(['cat', file], {
          encoding: 'base64',
          maxBytes: 1_000_000,
        });
        assert.deepEqual([exitCode, complete, omittedBytes], [0, true, 0]);
        assert.equal(sha256(Buffer.from(output, 'base64')), sha256(bytes), `run ${i}`);
      }
    });

    test('what the terminal answers to a question of the program is not taken for its output', async () => {
      const { output } = await shell('printf "\\033[c\\033[6n"; sleep 0.1; echo done');
      assert.equal(output, '\x1b[c\x1b[6ndone\n');
    });

    test('of long output the newest part is kept, and the rest counted', async () => {
      const { output, bytes, omittedBytes } = await shell('seq 1 200000', { maxBytes: 1000 });
      assert.deepEqual([bytes, omittedBytes, output.length], [1_288_895, 1_287_895, 1000]);
      assert.match(output, /\n199999\n200000\n$/);
    });

    test('a signal ends it with the code a shell would tell', async () => {
      const { exitCode, reason, output } = await shell('echo last; kill -KILL $$');
      assert.deepEqual([exitCode, reason, output], [137, 'exited', 'last\n']);
    });

    test('when time is up the command is ended, and what it printed is the answer', async () => {
      const { reason, exitCode, output, sessionId } = await shell('echo begun; exec sleep 60', { timeoutMs: 400 });
      assert.deepEqual([reason, exitCode, output], ['timeout', null, 'begun\n']);
      assert.equal((await client.call('session/get', { id: sessionId })).status, 'closed');
    });

    test('a command that ignores its end is ended all the same', async () => {
      const file = join(daemon.home, `stubborn ${kind}`);
      const script = `trap "" HUP INT TERM; echo $$ >"$1"; while :; do sleep 1; done`;
      const { reason } = await run(['sh', '-c', script, 'sh', file], { timeoutMs: 500 });
      assert.equal(reason, 'timeout');
      const pid = Number(readFileSync(file, 'utf8'));
      const late = performance.now() + 10_000;
      while (alive(pid)) {
        assert.ok(performance.now() < late, 'it still runs');
        await sleep(50);
      }
    });

    test('a cancelled run ends its command', async () => {
      const cancel = new AbortController();
      await client.call('event/subscribe', { names: ['session/created', 'session/changed'] });
      const created = heard(client, 'session/created');
      const running = client.call('session/run', { command: ['sleep', '60'] }, { signal: cancel.signal });
      const { session } = await created;
      const closed = heard(client, 'session/changed', (told) => told.session.id === session.id);
      cancel.abort();
      await assert.rejects(running, { kind: 'Cancelled' });
      assert.equal((await closed).session.status, 'closed');
    });

    test('a run whose session somebody closes is over, and says so', async () => {
      await client.call('event/subscribe', { names: ['session/created'] });
      const created = heard(client, 'session/created');
      const running = run(['sleep', '60']);
      const { session } = await created;
      await client.call('session/close', { id: session.id });
      assert.deepEqual((({ reason, exitCode }) => ({ reason, exitCode }))(await running), {
        reason: 'gone',
        exitCode: null,
      });
    });

    test('a kept run leaves its session, with its screen and its exit code', async () => {
      const { sessionId } = await shell('echo stays; exit 4', { keep: true });
      await client.call('session/wait', { id: sessionId, until: 'exit' });
      const { status, exit } = await client.call('session/get', { id: sessionId });
      assert.deepEqual([status, exit?.code], ['active', 4]);
      assert.equal((await client.call('session/scrollback', { id: sessionId })).content, 'stays');
    });

    test('the output comes as progress while it runs, in order and whole', async () => {
      const pieces: { offset: number; data: string }[] = [];
      const leave = client.on('$/progress', ({ token, value }) => {
        if (token === 'mine') pieces.push(value as { offset: number; data: string });
      });
      // Told at once, before the command has printed anything: only with its output is it there to be typed to.
      const first = heard(
        client,
        '$/progress',
        ({ token, value }) => token === 'mine' && (value as { data: string }).data !== '',
      );
      const running = shell('echo first; read go; seq 1 50000', { progressToken: 'mine', name: 'asks' });
      await first;
      const { sessions } = await client.call('session/list', {});
      await client.call('session/send', {
        id: sessions.find(({ name }) => name === 'asks')!.id,
        text: 'go',
        enter: true,
      });
      const { bytes } = await running;
      leave();
      let at = 0;
      for (const { offset, data } of pieces) {
        assert.equal(offset, at);
        at += Buffer.from(data, 'base64').length;
      }
      assert.equal(at, bytes);
      const text = Buffer.concat(pieces.map(({ data }) => Buffer.from(data, 'base64'))).toString();
      // What was typed is not echoed.
      assert.equal(text, `first\n${Array.from({ length: 50_000 }, (_, i) => `${i + 1}\n`).join('')}`);
    });

    test('a caller who does not read for a while is told everything once it does', async (t) => {
      const slow = await connectRaw(daemon.socket);
      t.after(() => slow.close());
      const { token } = daemon;
      await slow.call('initialize', { clientInfo: { name: 'slow', version: '1' }, protocolVersion: 1, token });
      await client.call('event/subscribe', { names: ['session/changed'] });
      const command = ['seq', '1', '600000'];
      slow.send({ jsonrpc: '2.0', id: 1, method: 'session/run', params: { command, progressToken: 's', name: 'far' } });
      await slow.next(({ method }) => method === '$/progress');
      const over = heard(
        client,
        'session/changed',
        ({ session: { name, status } }) => name === 'far' && status === 'closed',
      );
      slow.socket.pause();
      await over;
      slow.socket.resume();
      const pieces: Buffer[] = [];
      for (let message = await slow.next(); message.id !== 1; message = await slow.next()) {
        if (message.method === '$/progress') pieces.push(Buffer.from(message.params.value.data, 'base64'));
      }
      assert.equal(Buffer.concat(pieces).toString(), Array.from({ length: 600_000 }, (_, i) => `${i + 1}\n`).join(''));
    });

    test('the command is the program itself, not what a shell has by that name, in its own environment', async () => {
      assert.equal((await run(['echo', '-e', 'a\\tb'])).output, execFileSync('/bin/echo', ['-e', 'a\\tb']).toString());
      const environment = { mark: 'mine', code: 'mine too', PATH: '/nowhere' };
      const { output, complete } = await run(['/usr/bin/env'], { environment });
      const shown = output.split('\n').filter((line) => /^(mark|code|PATH)=|not found/.test(line));
      assert.deepEqual([shown.sort(), complete], [['PATH=/nowhere', 'code=mine too', 'mark=mine'], true]);
    });

    test('output that is longer in an answer than an answer may be is cut, not lost', async () => {
      const { output, bytes, omittedBytes } = await run(['head', '-c', '2000000', '/dev/zero'], { maxBytes: 2 ** 21 });
      assert.equal(bytes, 2_000_000);
      assert.equal(output, '\0'.repeat(bytes - omittedBytes));
      assert.ok(output.length >= 300_000);
    });

    test('arguments longer than a system can give are refused, those that are not arrive', async () => {
      const refused = { kind: 'InvalidParams', message: /at most \d+ can be given/ };
      await assert.rejects(run(['echo', '€'.repeat(65_536)]), refused);
      await assert.rejects(run(['echo', ...Array<string>(16).fill('x'.repeat(65_536))]), refused);
      const long = ['€'.repeat(43_690), ...Array<string>(12).fill('x'.repeat(65_536))];
      const { output } = await run(['echo', ...long], { maxBytes: 2 ** 21 });
      assert.equal(sha256(output), sha256(`${long.join(' ')}\n`));
    });

    test('a program that is not there is refused before anything is made', async () => {
      const count = async () => (await client.call('session/list', { status: ['active', 'closed'] })).sessions.length;
      const before = await count();
      await assert.rejects(run(['no-such-program']), { kind: 'InvalidParams', data: { code: 'COMMAND_NOT_FOUND' } });
      await assert.rejects(run([]), { kind: 'InvalidParams' });
      await assert.rejects(run(['true'], { projectPath: 'relative' }), { kind: 'InvalidParams' });
      assert.equal(await count(), before);
    });
  });
