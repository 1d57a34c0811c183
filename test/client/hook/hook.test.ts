/** `rdv hook` as an agent's hook runs it: quick, silent, a success, and heard by the daemon where there is one. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startStub } from '../../support/stub-daemon.js';
import { program } from '../cli/program.js';

const SESSION = '6f0c1b5e-8a63-4a54-9a3d-0d3a5a3f7a10';
const stop = JSON.stringify({ session_id: 'c1', hook_event_name: 'Stop', cwd: '/', stop_hook_active: false });

const noProc = !existsSync('/proc/self/stat');

interface Run {
  readonly words?: readonly string[];
  /** Undefined leaves the pipe open. */
  readonly input?: string | Buffer | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

/** Resolves with the process's end: how long it took is more than its own start, on any machine that is not stuck. */
async function hook({ words = ['claude', 'Stop'], env = {}, ...given }: Run) {
  const input = 'input' in given ? given.input : stop;
  const { PATH = '', HOME = '/' } = process.env;
  const child = spawn(process.execPath, [program, 'hook', ...words], { env: { PATH, HOME, ...env } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
  child.stdin.on('error', () => {});
  if (input === undefined) child.stdin.write('{"half":');
  else child.stdin.end(input);
  const began = performance.now();
  const [code] = await once(child, 'close');
  return { code, said, ms: performance.now() - began };
}

const quiet = async (run: Run) => {
  const { code, said, ms } = await hook(run);
  assert.deepEqual([code, said], [0, '']);
  // A machine may be busy; what the hook waits for does not end at all.
  assert.ok(ms < 10_000, `${ms} ms`);
};

function homeFor(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'rdv-hook-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

const within = (home: string) => ({
  RDV_SESSION_ID: SESSION,
  RDV_API_SOCKET: join(home, 'run/api.sock'),
  RDV_TOKEN_FILE: join(home, 'token'),
});

/** Loaded machines may give a hook too little time; an agent runs its next one soon. */
async function until<T>(heard: Promise<T>, run: () => Promise<unknown>): Promise<T> {
  let over = false;
  void heard.then(() => (over = true));
  for (let tries = 0; tries < 20 && !over; tries++) await run();
  assert.ok(over, 'not one of 20 hooks was heard');
  return heard;
}

test('outside a session it does nothing, and starts no daemon', async (t) => {
  const home = homeFor(t);
  await quiet({ env: { REMOTE_DEV_DIR: home } });
  await quiet({ env: { REMOTE_DEV_DIR: home, RDV_SESSION_ID: '' } });
  assert.equal(existsSync(join(home, 'run')), false);
});

test('with the daemon away it ends, and starts none', async (t) => {
  const home = homeFor(t);
  writeFileSync(join(home, 'token'), 'secret');
  await quiet({ env: within(home) });
  assert.equal(existsSync(join(home, 'run')), false);
});

test('it does not wait for a socket that takes connections and never answers', async (t) => {
  const home = homeFor(t);
  const socket = join(home, 'api.sock');
  let take = (_: string) => {};
  const taken = new Promise<string>((resolve) => (take = resolve));
  const server = createServer((connection) => {
    connection.on('error', () => {});
    connection.on('data', (data) => take(data.toString()));
    t.after(() => connection.destroy());
  }).listen(socket);
  await once(server, 'listening');
  t.after(() => server.close());
  writeFileSync(join(home, 'token'), 'secret');
  const first = await until(taken, () => quiet({ env: { ...within(home), RDV_SOCKET: socket } }));
  assert.match(first, /"method":"initialize"/);
});

test('it does not wait for a daemon that logs in and then says no more, nor for one that breaks the protocol', async (t) => {
  const slow = await startStub({ 'agent/report': () => undefined });
  const broken = await startStub({ initialize: (_params, stub) => stub.raw('nonsense\r\n\r\n') });
  for (const stub of [slow, broken]) {
    t.after(() => stub.stop());
    writeFileSync(join(stub.home, 'token'), stub.token);
    await quiet({ env: { ...within(stub.home), RDV_SOCKET: stub.socketPath } });
  }
});

test('it does not wait for input that does not end, and takes more than it reads', async (t) => {
  const home = homeFor(t);
  await quiet({ input: undefined, env: within(home) });
  await quiet({ input: '', env: within(home) });
  await quiet({ input: 'no json', env: within(home) });
  await quiet({ input: Buffer.alloc(8 * 1024 * 1024, 'x'), env: within(home) });
  await quiet({ words: ['codex', 'notify', '{"type":'], env: within(home) });
  await quiet({ words: ['claude', 'Unheard'], env: within(home) });
  await quiet({ words: ['claude'], env: within(home) });
});

test('what an agent does arrives, by the token of its session, without what was said', async (t) => {
  const stub = await startStub({ 'agent/report': () => ({ success: true, counted: true }) });
  t.after(() => stub.stop());
  const env = { ...within(stub.home), RDV_SOCKET: stub.socketPath };
  writeFileSync(env.RDV_TOKEN_FILE, 'of the session\n');
  const began = Date.now();
  const input = JSON.stringify({
    ...{ session_id: 'c1', transcript_path: '/t.jsonl', hook_event_name: 'PreToolUse', tool_name: 'Bash' },
    ...{ tool_input: { command: 'echo secret' }, agent_id: 'a7' },
  });
  const [report] = await until(stub.heardOf('agent/report'), () =>
    hook({ words: ['claude', 'PreToolUse'], input, env }),
  );
  const { happenedAt, ...told } = report!.params;
  assert.deepEqual(told, {
    ...{ sessionId: SESSION, agent: 'claude', event: 'toolStart', rawEvent: 'PreToolUse', agentSessionId: 'c1' },
    ...{ transcriptPath: '/t.jsonl', tool: 'Bash', turnId: 'a7', subagent: true },
  });
  assert.ok(happenedAt >= began && happenedAt <= Date.now());
  assert.equal(stub.heard[0]!.params.token, 'of the session');
  assert.doesNotMatch(JSON.stringify(stub.heard), /secret/);

  // Without an event in its words it is the one the agent names; without input, the bare event.
  const before = stub.heard.filter(({ method }) => method === 'agent/report').length;
  const two = await until(stub.heardOf('agent/report', before + 1), () => hook({ words: ['claude'], env }));
  assert.equal(two.at(-1)!.params.event, 'turnEnd');
  const notice = JSON.stringify({ type: 'agent-turn-complete', 'thread-id': 'x1', 'turn-id': 'u1' });
  const three = await until(stub.heardOf('agent/report', two.length + 1), () =>
    hook({ words: ['codex', 'notify', notice], input: '', env }),
  );
  assert.deepEqual([three.at(-1)!.params.agent, three.at(-1)!.params.agentSessionId], ['codex', 'x1']);
});

test('an agent that another one starts in its session is told as a turn within', { skip: noProc }, async (t) => {
  const stub = await startStub({ 'agent/report': () => ({ success: true, counted: true }) });
  t.after(() => stub.stop());
  writeFileSync(join(stub.home, 'token'), 'secret');
  const claude = join(stub.home, 'claude');
  symlinkSync(process.execPath, claude);
  // An agent that runs what its argument says, as a command that has more to do afterwards.
  const agent =
    "require('child_process').execFileSync('/bin/sh', ['-c', process.argv[1] + '; true'], { input: process.argv[2] })";
  const hooked = `"$NODE" "$RDV" hook claude Stop`;
  const inner = `"$CLAUDE" -e "$AGENT" '${hooked}' '${JSON.stringify({ session_id: 'c2' })}'`;
  const env = {
    ...{
      PATH: process.env.PATH ?? '',
      HOME: stub.home,
      CLAUDE: claude,
      AGENT: agent,
      NODE: process.execPath,
      RDV: program,
    },
    ...{ ...within(stub.home), RDV_SOCKET: stub.socketPath },
  };
  const run = async () => {
    const child = spawn(claude, ['-e', agent, inner, ''], { env, stdio: 'ignore' });
    assert.deepEqual((await once(child, 'close'))[0], 0);
  };
  const [report] = await until(stub.heardOf('agent/report'), run);
  const { event, subagent, turnId } = report!.params;
  assert.deepEqual([event, subagent, turnId], ['turnEnd', true, 'c2']);
});

test('methods of hooks are commands beside it, with their help', () => {
  const help = spawnSync(process.execPath, [program, 'hook', '--help'], { encoding: 'utf8' });
  assert.match(help.stdout, /install[\s\S]*remove[\s\S]*status/);
  assert.match(help.stdout, /rdv hook <agent> <event>/);
  assert.equal(help.status, 0);
});
