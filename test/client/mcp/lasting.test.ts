/** `rdv mcp` over the loss of the daemon: the next call works, waits go on, and at the end nothing is left. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '#client';
import { alive, type Daemon } from '../../support/daemon.js';
import { heard, whole } from '../../support/whole.js';
import { rdv as run, start } from '../cli/program.js';
import { startMcp } from './started.js';

const reached = (daemon: Daemon) => connect({ socketPath: daemon.socket, token: daemon.token });

/** A daemon that was started for us is nobody's child. */
async function endDaemon(daemon: Daemon): Promise<void> {
  const { code, stderr } = await run(daemon.home, ['daemon', 'stop']);
  assert.equal(code, 0, stderr);
}

test('a token that is replaced changes nothing; a killed daemon is started again by the next call, and a wait goes on; one that was stopped is left so', async (t) => {
  const { daemon, client } = await whole(t, { config: '[auth]\noverlap_seconds = 1\n' });
  const rdv = await startMcp(daemon.home);
  t.after(rdv.close);
  await client.call('session/create', { name: 'build', command: ['cat'] });
  const wait = rdv.call('terminal_wait', { session: 'build', until: 'pattern', pattern: '^done$' });
  await rdv.call('session_list');
  const cutOff = new Promise<void>((resolve) => void client.onClose(resolve));
  await client.call('token/rotate', { id: 'cli' });
  // By now whoever shows the old one only.
  await cutOff;
  const on = await rdv.call('terminal_run', { command: 'echo goes on' });
  assert.equal(on.structured?.output, 'goes on', on.text);
  await daemon.kill9();
  const { structured } = await rdv.call('session_list');
  assert.deepEqual(
    structured.sessions.map(({ name }: { name: string }) => name),
    ['build'],
  );
  await rdv.call('terminal_send', { session: 'build', text: 'done' });
  assert.equal((await wait).structured.reason, 'matched');
  assert.equal((await run(daemon.home, ['daemon', 'restart'])).code, 0);
  assert.equal((await rdv.call('terminal_run', { command: 'echo on' })).structured.output, 'on');
  await endDaemon(daemon);
  const { isError, text } = await rdv.call('session_list');
  assert.deepEqual([isError, /^No daemon answers at .*`rdv daemon start`\.$/.test(text)], [true, true], text);
  assert.equal(rdv.stderr, '');
});

test('stdin that ends and SIGTERM end it at once, with what runs for it', async (t) => {
  const { daemon } = await whole(t);
  const client = await reached(daemon);
  t.after(() => client.close());
  await client.call('event/subscribe', { names: ['session/created', 'session/changed'] });
  for (const way of ['stdin', 'SIGTERM'] as const) {
    const child = start(daemon.home, ['mcp']);
    const command = `sleep ${way === 'stdin' ? 62 : 63}`;
    const created = heard(client, 'session/created', ({ session }) => session.name === command);
    const messages = [
      {
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '0' } },
      },
      { method: 'notifications/initialized' },
      { id: 2, method: 'tools/call', params: { name: 'terminal_run', arguments: { command } } },
    ];
    for (const message of messages) child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const { session } = await created;
    const closed = heard(
      client,
      'session/changed',
      (told) => told.session.id === session.id && told.session.status === 'closed',
    );
    if (way === 'stdin') child.stdin.end();
    else child.kill(way);
    const [code] = await once(child, 'exit');
    await closed;
    assert.deepEqual([code, alive(child.pid!)], [0, false], way);
  }
});

test('a client that does not read is read no further, and does not keep it from ending; one that sends without end is told why it ended', async (t) => {
  const { daemon } = await whole(t);
  const child = start(daemon.home, ['mcp']);
  child.stdin.on('error', () => {});
  const hello = {
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '0' } },
  };
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...hello })}\n`);
  await once(child.stdout, 'data');
  const wild = start(daemon.home, ['mcp']);
  wild.stdin.on('error', () => {});
  wild.stdin.write('x'.repeat(11 * 1024 * 1024));
  const said = once(wild.stderr.setEncoding('utf8'), 'data');
  assert.deepEqual(await once(wild, 'exit'), [2, null]);
  assert.match(String(await said), /^rdv mcp: The client sent a message of more than \d+ bytes\.\n$/);
  child.stdout.pause();
  // Until it takes no more: each answer is a thousand times as long as its question.
  const ask = (id: number) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list' })}\n`);
  let id = 1;
  let full = false;
  while (!full && id < 200_000) {
    while (ask(id++)) if (id % 1000 === 0) break;
    const drained = once(child.stdin, 'drain').then(
      () => true,
      () => true,
    );
    if (child.stdin.writableNeedDrain) full = !(await Promise.race([drained, delay(1500, false)]));
    else await delay(1);
  }
  assert.ok(full, `${id} questions were taken`);
  child.kill('SIGTERM');
  const [code, signal] = await once(child, 'exit');
  assert.deepEqual([code, signal], [0, null]);
});
