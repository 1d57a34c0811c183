/** `rdv watch` in a real terminal: what it shows as things change, what its keys ask for, and the terminal given back. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import xterm from '@xterm/headless';
import { ENTER } from '../../../client/cli/canvas.js';
import { RESTORE } from '../../../client/cli/modes.js';
import { type StubDaemon, startStub } from '../../support/stub-daemon.js';
import { inTerminal, rdv, type Screen, start } from './program.js';
import { agent, at, blocked, notice, receipt, session, uuid } from './watched.js';

const counts = { unread: 0, bySeverity: { info: 0, warning: 0, error: 0, critical: 0 } };

/** A daemon with three sessions; the second asks something. */
async function openWatched(t: TestContext) {
  let seq = 10;
  let back = () => {};
  const isBack = new Promise<void>((resolve) => (back = resolve));
  const stub = await startStub({
    async 'event/subscribe'({ since }) {
      if (since !== undefined) await isBack;
      return { seq: since ?? seq, complete: true };
    },
    'session/list': () => ({
      revision: '1',
      unchanged: false,
      sessions: [1, 2, 3].map((i) => session(i)),
      more: false,
    }),
    'agent/list': () => ({ agents: [agent(1), blocked(2), agent(3, { state: 'idle' })] }),
    'folder/list': () => ({ folders: [], sessionFolders: {} }),
    'notification/list': () => ({ notifications: [notice(500, { sessionId: uuid(2) })], counts }),
    'session/stalls': () => ({ stalls: [], checkedAt: at }),
    'orchestrator/list': () => ({ error: { code: 1403, message: 'No.' } }),
    'agent/send': () => receipt(600),
    'interaction/respond': () => ({ success: true, sessionId: uuid(2), evidence: 'the dialog is gone' }),
    'session/suspend': () => ({ error: { code: 1409, message: 'It is suspended already.' } }),
    'session/close': () => ({ success: true }),
    'notification/read': () => ({ count: 1, counts }),
  });
  t.after(() => stub.stop());
  return {
    stub,
    back: () => back(),
    tell: (name: string, params: object) => stub.tell(name, { seq: ++seq, at, ...params }),
  };
}

/** The dashboard in a terminal whose settings are noted before and after. */
async function watching(t: TestContext, { home, socketPath }: StubDaemon, options = '') {
  const folder = mkdtempSync(join(tmpdir(), 'rdv-watch-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const hook = join(folder, 'hook.cjs');
  writeFileSync(
    hook,
    `require('fs').writeFileSync(${JSON.stringify(join(folder, 'pid'))}, String(process.pid)); process.on('SIGUSR2', () => { throw new Error('boom'); });`,
  );
  const screen = inTerminal(
    home,
    `stty -a > ${folder}/before; NODE_OPTIONS="--require ${hook}" $RDV watch ${options}; code=$?; stty -a > ${folder}/after; echo "code $code"`,
    { RDV_SOCKET: socketPath, LANG: 'C.UTF-8' },
  );
  t.after(() => screen.hangUp());
  await screen.shows(ENTER);
  await screen.shows('s1');
  return {
    screen,
    pid: () => Number(readFileSync(join(folder, 'pid'), 'utf8')),
    async givenBack(words: string, code: number) {
      await screen.shows(RESTORE);
      if (words) await screen.shows(words);
      await screen.shows(`code ${code}`);
      await screen.ended;
      const settings = (when: string) =>
        readFileSync(`${folder}/${when}`, 'utf8').replace(/rows \d+; columns \d+;/, '');
      assert.equal(settings('after'), settings('before'));
    },
  };
}

/** What stands on the screen, line by line. */
async function linesOn({ text }: Screen, cols = 100, rows = 30): Promise<string[]> {
  const terminal = new xterm.Terminal({ cols, rows, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(text, resolve));
  const { active } = terminal.buffer;
  const lines = Array.from({ length: rows }, (_, i) => active.getLine(i)?.translateToString(true) ?? '');
  terminal.dispose();
  return lines;
}

test('it shows what the daemon tells, without asking for anything again', async (t) => {
  const { stub, tell } = await openWatched(t);
  const { screen, givenBack } = await watching(t, stub);
  await screen.shows('q quit');
  const lines = await linesOn(screen);
  assert.match(lines[0]!, /^rdv {2}3 sessions {2}1 unread$/);
  assert.match(lines[2]!, /^▸ ! blocked +s2 +claude +\S+ +1$/);
  assert.match(lines[3]!, /Do you want to run npm test\? {2}\[1\] Yes {2}\[2\] No/);
  assert.match(lines[4]!, /^ {2}● working +s1/);
  tell('agent/changed', {
    sessionId: uuid(1),
    before: 'working',
    healthBefore: 'ok',
    agent: blocked(1, { since: at - 1 }),
  });
  tell('session/changed', { session: session(3, { status: 'closed' }) });
  await screen.shows('1 blocked');
  assert.equal((await linesOn(screen)).filter((line) => /! blocked/.test(line)).length, 2);
  const asked = stub.heard.filter(({ id }) => id !== undefined).map(({ method }) => method);
  assert.deepEqual(asked.sort(), [
    ...['agent/list', 'event/subscribe', 'folder/list', 'initialize', 'notification/list'],
    ...['orchestrator/list', 'session/list', 'session/stalls'],
  ]);
  screen.type('q');
  await givenBack('', 0);
});

test('its keys send, answer, close and mark as read, and it tells what became of it', async (t) => {
  const { stub, tell } = await openWatched(t);
  const { screen, givenBack } = await watching(t, stub);
  screen.type('srun it\r');
  await screen.shows('to s2: waits until it is idle');
  const [sent] = await stub.heardOf('agent/send');
  const { idempotencyKey, ...params } = sent!.params;
  assert.ok(idempotencyKey.length > 10);
  assert.deepEqual(params, {
    sessionId: uuid(2),
    text: 'run it',
    mode: 'whenIdle',
    wait: 'queued',
    reason: 'rdv watch',
  });
  tell('injection/changed', { sessionId: uuid(2), receipt: receipt(600, { state: 'submitted', updatedAt: at + 1 }) });
  await screen.shows('to s2: typed, submitted');
  screen.type('r');
  await screen.shows('2  No');
  screen.type('2');
  await screen.shows('Answered s2: the dialog is gone');
  assert.deepEqual((await stub.heardOf('interaction/respond'))[0]!.params, {
    interactionId: 'dialog-1',
    optionId: 'no',
  });
  screen.type('u');
  await screen.shows('It is suspended already.');
  screen.type('n');
  await screen.shows('1 marked as read.');
  assert.deepEqual((await stub.heardOf('notification/read'))[0]!.params, { ids: [uuid(500)] });
  screen.type('x');
  await screen.shows('close s2 and end its programs? y/n');
  screen.type('y');
  await screen.shows('Closed s2.');
  screen.type('\x03');
  await givenBack('', 0);
});

test('it says that it is away, does nothing meanwhile, and goes on where it was', async (t) => {
  const { stub, tell, back } = await openWatched(t);
  const { screen, givenBack } = await watching(t, stub, '--no-autostart');
  await screen.shows('q quit');
  tell('agent/changed', {
    sessionId: uuid(1),
    before: 'working',
    healthBefore: 'ok',
    agent: agent(1, { state: 'done' }),
  });
  await screen.shows('✓');
  stub.hangUp();
  await screen.shows('reconnecting');
  screen.type('u');
  await screen.shows('nothing was done');
  back();
  assert.deepEqual(
    (await stub.heardOf('event/subscribe', 2)).map(({ params }) => params.since),
    [undefined, 11],
  );
  await screen.shows('3 sessions');
  tell('session/changed', { session: session(3, { name: 'renamed' }) });
  await screen.shows('renamed');
  assert.equal(stub.heard.filter(({ method }) => method === 'session/list').length, 1);
  screen.type('q');
  await givenBack('', 0);
});

const ends: [how: string, end: (pid: number) => void, words: string, code: number][] = [
  ['SIGTERM', (pid) => process.kill(pid, 'SIGTERM'), '[the dashboard is left: SIGTERM]', 143],
  ['SIGINT', (pid) => process.kill(pid, 'SIGINT'), '[the dashboard is left: SIGINT]', 130],
  ['an exception nobody caught', (pid) => process.kill(pid, 'SIGUSR2'), 'rdv: boom', 1],
];
for (const [how, end, words, code] of ends) {
  test(`the terminal is given back after ${how}`, async (t) => {
    const { stub } = await openWatched(t);
    const { screen, pid, givenBack } = await watching(t, stub);
    await screen.shows('q quit');
    end(pid());
    await givenBack(words, code);
  });
}

test('it fits the terminal as that changes, and draws nothing twice', async (t) => {
  const { stub, tell } = await openWatched(t);
  const { screen, givenBack } = await watching(t, stub);
  await screen.shows('q quit');
  screen.resize(40, 12);
  await screen.shows('? help  q quit');
  const before = screen.text.length;
  for (let i = 0; i < 1000; i++)
    tell('agent/changed', {
      sessionId: uuid(1),
      before: 'idle',
      healthBefore: 'ok',
      agent: agent(1, { state: i % 2 ? 'idle' : 'working' }),
    });
  tell('session/changed', { session: session(3, { name: 'last' }) });
  await screen.shows('last');
  const drawn = screen.text.slice(before);
  assert.ok(drawn.split('\x1b[?2026h').length < 60, `${drawn.split('\x1b[?2026h').length} drawings`);
  assert.doesNotMatch(drawn, /s2/);
  screen.type('q');
  await givenBack('', 0);
});

test('off a terminal it prints how things stand and each change, or says how to', async (t) => {
  const { stub, tell, back } = await openWatched(t);
  back();
  const environment = { RDV_SOCKET: stub.socketPath };
  const refused = await rdv(stub.home, ['watch'], environment);
  assert.deepEqual([refused.code, /--jsonl/.test(refused.stderr)], [2, true]);
  const child = start(stub.home, ['watch', '--jsonl'], environment);
  let text = '';
  const lines = async (count: number) => {
    while (text.split('\n').length <= count) await new Promise((resolve) => child.stdout.once('data', resolve));
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  child.stdout.setEncoding('utf8').on('data', (more) => (text += more));
  await lines(1);
  tell('agent/changed', { sessionId: uuid(1), before: 'idle', healthBefore: 'ok', agent: agent(1) });
  await lines(2);
  stub.hangUp();
  const [first, second, third, fourth] = await lines(4);
  assert.deepEqual([first.type, first.seq, first.sessions.length, first.agents.length], ['lists', 10, 3, 3]);
  assert.deepEqual(
    [second.type, second.seq, second.name, second.params.agent.state],
    ['event', 11, 'agent/changed', 'working'],
  );
  assert.deepEqual(
    [third, fourth],
    [
      { type: 'away', reason: 'lost' },
      { type: 'back', complete: true },
    ],
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  assert.equal(await ended, 130);
});
