/** The sixteen tools by the real `rdv mcp`, as an agent uses them: small, checked by their schemas, with the next step in every error. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { type Client, connect } from '#client';
import type { MethodName } from '#protocol';
import { defaultTools } from '../../../client/mcp/choose.js';
import { type Daemon, startDaemon } from '../../support/daemon.js';
import { folderFor, heard } from '../../support/whole.js';
import { openCutting } from './cutting.js';
import { type Started, startMcp } from './started.js';
import { talk } from './talking.js';

let daemon: Daemon;
let client: Client;
let rdv: Started;
before(async () => {
  daemon = await startDaemon();
  client = await connect({ socketPath: daemon.socket, token: daemon.token });
  rdv = await startMcp(daemon.home);
});
after(async () => {
  await rdv.close();
  client.close();
  await daemon.stop();
});

const KB = 1000;

test('all that a client is told at first is small: 12 KB of tools, 2 KB of instructions', async () => {
  const listed = await rdv.mcp.listTools();
  assert.equal(listed.tools.length, 16);
  const bytes = Buffer.byteLength(JSON.stringify(listed));
  assert.ok(bytes <= 12 * KB, `${bytes} bytes`);
  assert.ok(Buffer.byteLength(rdv.mcp.getInstructions()!) <= 2 * KB);
  for (const { name, outputSchema, annotations } of listed.tools) {
    assert.equal(outputSchema?.type, 'object', name);
    assert.equal(typeof annotations?.readOnlyHint, 'boolean', name);
  }
  assert.doesNotMatch(JSON.stringify(listed), /\$ref|\$schema/);
});

test('a session is started, typed into, waited for, read and closed', async () => {
  const { structured: made } = await rdv.call('session_create', { name: 'build', command: 'echo first' });
  assert.match(made.id, /^[0-9a-f]{8}$/);
  const wait = await rdv.call('terminal_wait', { session: 'build', until: 'prompt' });
  assert.deepEqual([wait.structured.reason, wait.structured.state], ['state', 'idle']);
  const sent = await rdv.call('terminal_send', { session: made.id, text: 'echo $((6*7))' });
  assert.deepEqual([sent.structured.state, sent.structured.seen], ['typed', true]);
  const matched = await rdv.call('terminal_wait', { session: 'build', until: 'pattern', pattern: '^42$' });
  assert.equal(matched.structured.line, '42');
  const read = await rdv.call('terminal_read', { session: 'build' });
  assert.match(read.structured.text, /^first$[\s\S]*^42$/m);
  assert.ok(read.text.includes(read.structured.text) && read.text.includes(read.structured.cursor));
  await rdv.call('terminal_wait', { session: 'build', until: 'prompt' });
  const { structured: last } = await rdv.call('terminal_read', { session: 'build' });
  const again = await rdv.call('terminal_read', { session: 'build', cursor: last.cursor });
  assert.deepEqual([again.structured, again.text], [{ unchanged: true, cursor: last.cursor }, 'Unchanged.']);
  assert.ok(again.bytes <= 200, `${again.bytes} bytes`);
  const found = await rdv.call('terminal_search', { session: 'build', pattern: '^4\\d$' });
  assert.deepEqual(
    found.structured.matches.map(({ text }: { text: string }) => text),
    ['42'],
  );
  const { structured } = await rdv.call('session_get', { session: 'build' });
  assert.deepEqual([structured.id, structured.uuid.slice(0, 8), structured.program], [made.id, made.id, 'shell']);
  assert.equal((await rdv.call('session_suspend', { session: 'build' })).structured.status, 'suspended');
  assert.match((await rdv.call('session_suspend', { session: 'build' })).text, /suspended already/);
  assert.match((await rdv.call('terminal_send', { session: 'build', text: 'x' })).text, /session_resume|Resume it/);
  assert.equal((await rdv.call('session_resume', { session: 'build' })).structured.status, 'active');
  assert.equal((await rdv.call('session_rename', { session: 'build', name: 'built' })).structured.name, 'built');
  assert.equal((await rdv.call('session_close', { session: 'built' })).structured.status, 'closed');
  assert.match((await rdv.call('session_close', { session: 'built' })).text, /closed already/);
  const { structured: events } = await rdv.call('events_since');
  assert.ok(events.events.some(({ event, session }: any) => event === 'session/created' && session === made.id));
  assert.deepEqual((await rdv.call('events_since', { cursor: events.cursor })).structured.events, []);
  const { structured: latest } = await rdv.call('events_since', { limit: 2 });
  assert.deepEqual([latest.events.length, latest.more], [2, undefined]);
});

test('what a shell does not let machines type is not typed, and what reads there gets one Enter', async () => {
  await rdv.call('session_create', { name: 'shell' });
  await rdv.call('terminal_wait', { session: 'shell', until: 'prompt' });
  const refused = await rdv.call('terminal_send', { session: 'shell', text: 'rm -rf /' });
  assert.deepEqual([refused.isError, /^Not typed: .*rm -rf/.test(refused.text)], [true, true]);
  const both = await rdv.call('terminal_send', { session: 'shell', text: 'ho one', keys: ['Home', 'e', 'c'] });
  assert.deepEqual([both.structured.seen, /seen in its prompt, and Home, e, c pressed/.test(both.text)], [true, true]);
  await rdv.call('terminal_send', { session: 'shell', keys: ['Enter'] });
  await rdv.call('terminal_wait', { session: 'shell', until: 'pattern', pattern: '^one$' });
  await rdv.call('terminal_wait', { session: 'shell', until: 'prompt' });
  const half = await rdv.call('terminal_send', { session: 'shell', text: 'half', keys: ['Entr'] });
  assert.match(half.text, /^\w{8}: the text was typed and seen in its prompt, but not all was pressed.*"Entr"/);
  const refusedToo = await rdv.call('terminal_send', { session: 'shell', text: ' a line', keys: ['Enter'] });
  assert.match(refusedToo.text, /^Not typed: Somebody has begun to write/);
  await rdv.call('terminal_send', { session: 'shell', keys: ['C-u'] });
  await rdv.call('terminal_wait', { session: 'shell', until: 'prompt' });
  await rdv.call('terminal_send', { session: 'shell', text: 'cat' });
  const sent = await rdv.call('terminal_send', { session: 'shell', text: 'echoed' });
  assert.deepEqual([sent.structured.state, sent.structured.seen], ['typed', false]);
  await rdv.call('terminal_wait', { session: 'shell', until: 'pattern', pattern: '^echoed$' });
  const { structured } = await rdv.call('terminal_read', { session: 'shell' });
  assert.match(structured.text, /cat\nechoed\nechoed$/);
  await rdv.call('session_close', { session: 'shell' });
});

test('what is meant for an agent that does not come up is not typed into the shell in its place', async () => {
  const { id } = await client.call('session/create', { name: 'absent', agentProvider: 'claude' });
  await client.call('session/wait', { id, until: 'idle', idleMs: 500 });
  const waited = await rdv.call('terminal_wait', { session: id, until: 'prompt', seconds: 0.2 });
  assert.match(waited.text, /^Not yet, .* Its state is starting: terminal_read shows why/);
  const sent = await rdv.call('terminal_send', { session: id, text: 'echo typed' });
  assert.deepEqual(
    [sent.isError, /^Not typed: .* terminal_read shows whether it comes up/.test(sent.text)],
    [true, true],
  );
  assert.doesNotMatch((await client.call('terminal/read', { sessionId: id })).content, /echo/);
  await client.call('session/close', { id });
});

test('a command gives its exit code and the end of its output, and says what was left out', async () => {
  const { structured, text, bytes } = await rdv.call('terminal_run', {
    command: 'seq 5000; printf "half\\r\\033[31mred\\033[0m\\n"; exit 3',
  });
  assert.deepEqual([structured.exitCode, structured.output.endsWith('5000\nred')], [3, true]);
  assert.ok(structured.omittedLines > 4000 && text.includes(`${structured.omittedLines} lines`));
  assert.ok(bytes <= 8 * KB, `${bytes} bytes`);
  const most = await rdv.call('terminal_run', { command: 'seq 100000' });
  assert.match(most.text, /^Exit code 0 .* More than \d+ lines before this are left out/);
  const line = await rdv.call('terminal_run', { command: "head -c 300000 /dev/zero | tr '\\0' x" });
  assert.match(line.text, /^Exit code 0 .* Only the end of 300000 bytes is shown/);
  assert.ok(line.structured.output.length > 3000);
  const whole = await rdv.call('terminal_run', { command: 'seq 5000', maxBytes: 100_000 });
  assert.deepEqual([whole.structured.output.length, whole.structured.omittedLines], [23_892, undefined]);
  const long = await rdv.call('terminal_run', { command: 'echo begun; sleep 60', seconds: 0.5 });
  assert.deepEqual([long.structured.timedOut, long.structured.output], [true, 'begun']);
});

test('every error names what was wrong and the next step', async () => {
  const said = async (name: string, args: object) => {
    const { text, isError } = await rdv.call(name, args);
    assert.ok(isError, text);
    return text;
  };
  assert.equal(await said('session_get', { session: 's9' }), 'No session "s9". `session_list` lists every session.');
  const id = '00000000-0000-4000-8000-000000000000';
  assert.match(await said('session_get', { session: id }), /^No session 0{8}.* Call session_list\.$/);
  assert.equal(
    await said('session_get', { sesion: 'x' }),
    'session_get takes no `sesion`. Did you mean `session`? It takes session.',
  );
  assert.equal(await said('session_get', {}), '`session` is missing.');
  assert.match(await said('session_list', { status: 'gone' }), /^`status`: .*"open"/);
  assert.match(await said('session_list', { folder: 'none' }), /^No folder "none"\. `folder_list`/);
  assert.match(await said('worktree_list', { directory: '/' }), /^"\/" is in no git repository/);
  const huge = await rdv.call('session_get', { session: 'x'.repeat(100_000) });
  assert.ok(huge.bytes < 2 * KB, `${huge.bytes} bytes`);
  await client.call('session/create', { name: 'typed into', command: ['cat'] });
  for (const more of [
    { text: 'y', answer: 1 },
    { answer: '1', keys: ['Enter'] },
    { keys: 'Enter', when: 'idle' },
  ])
    assert.match(
      await said('terminal_send', { session: 'typed into', ...more }),
      /does not go with .*; nothing was sent/,
    );
  await assert.rejects(rdv.call('session_lst'), /^McpError: MCP error -32602: There is no tool session_lst\. Call/);
  // An empty text says nothing.
  assert.equal(await said('session_get', { session: '' }), '`session` is empty.');
  assert.match(await said('terminal_send', { session: 'typed into', text: '' }), /^There is nothing to send/);
  const pressed = await rdv.call('terminal_send', { session: 'typed into', text: '', answer: '', keys: ['Enter'] });
  assert.equal(pressed.isError, false, pressed.text);
  // Nor is anything left out that was asked for.
  assert.match(await said('session_create', { baseBranch: 'main' }), /^`baseBranch` .* Name that as `branch`\.$/);
  const wait = { session: 'typed into', until: 'prompt', pattern: 'x' };
  assert.match(await said('terminal_wait', wait), /^`pattern` is not looked for until "prompt"/);
  await rdv.call('session_close', { session: 'typed into' });
  assert.match(
    await said('terminal_read', { session: 'typed into' }),
    /window is gone\. session_create starts another\.$/,
  );
  assert.match(
    await said('session_resume', { session: 'typed into' }),
    /cannot .* active\. session_create starts another/,
  );
});

test('numbers in quotes are taken, and a wait that is too long is cut and says so', async () => {
  await client.call('session/create', { name: 'quiet', command: ['cat'] });
  const { structured, text } = await rdv.call('terminal_wait', {
    session: 'quiet',
    until: 'pattern',
    pattern: 'x',
    seconds: '0.2',
  });
  assert.deepEqual([structured.reason, /Call again/.test(text)], ['timeout', true]);
});

test('a wait tells its progress each second, and ends with what it waits for', async () => {
  const { id } = await client.call('session/create', { name: 'later', command: ['sh', '-c', 'sleep 2.3; exit 4'] });
  const seen: number[] = [];
  const onprogress = ({ progress, total }: { progress: number; total?: number | undefined }) =>
    void seen.push(progress, total ?? 0);
  const { structured } = await rdv.call('terminal_wait', { session: id, until: 'exit' }, { onprogress });
  assert.deepEqual([structured.reason, structured.exitCode], ['exited', 4]);
  assert.ok(seen.length >= 2 && seen[1] === 30, JSON.stringify(seen));
});

test('a call that is cancelled is cancelled in the daemon too, and others go on', async () => {
  await client.call('event/subscribe', { names: ['session/created', 'session/changed'] });
  const begun = heard(client, 'session/created', ({ session }) => session.name === 'sleep 61');
  const cancelling = new AbortController();
  const run = rdv.call('terminal_run', { command: 'sleep 61' }, { signal: cancelling.signal });
  const { session } = await begun;
  const ended = heard(
    client,
    'session/changed',
    (told) => told.session.id === session.id && told.session.status === 'closed',
  );
  cancelling.abort();
  await assert.rejects(run);
  await ended;
  assert.equal((await rdv.call('terminal_run', { command: 'echo on' })).structured.output, 'on');
  await client.call('event/unsubscribe', {});
});

test('folders and worktrees are listed, and agents with what they need', async (t) => {
  const directory = folderFor(t);
  execFileSync('git', ['init', '-q', '-b', 'trunk', directory]);
  const { id: parentId } = await client.call('folder/create', { name: 'work', path: directory });
  await client.call('folder/create', { name: 'api', parentId });
  const { structured } = await rdv.call('folder_list');
  assert.deepEqual(
    structured.folders.map(({ name }: any) => name),
    ['work', 'work/api'],
  );
  const made = await rdv.call('session_create', { name: 'filed', folder: 'work' });
  assert.equal(made.structured.directory, directory);
  const { structured: listed } = await rdv.call('session_list', { folder: 'work' });
  assert.deepEqual(
    listed.sessions.map(({ name, folder }: any) => [name, folder]),
    [['filed', 'work']],
  );
  const { structured: trees } = await rdv.call('worktree_list', { directory });
  assert.deepEqual(
    trees.worktrees.map(({ branch, main }: any) => [branch, main]),
    [['trunk', true]],
  );
  const { structured: status } = await rdv.call('agent_status', { shells: true });
  assert.ok(status.agents.some(({ name }: any) => name === 'filed'));
});

test('a lost answer is asked for again where that does nothing twice; else nothing is said to be done or not', async (t) => {
  const cutting = await openCutting(t, daemon);
  const { mcp } = await talk(t, { socket: cutting.socketPath, token: daemon.token }, defaultTools);
  const told = async (name: string, args: object) => {
    const { isError, content } = (await mcp.callTool({ name, arguments: { ...args } })) as any;
    return `${isError ? 'failed: ' : ''}${content[0].text}`;
  };
  const { id } = await client.call('session/create', { name: 'kept' });
  const session = id;
  await client.call('session/wait', { id, until: 'state', states: ['idle'] });
  const unknown = /^failed: The connection .* ended before the answer\. It may have been done or not: look/;
  const cases: [MethodName, string, object, RegExp][] = [
    ['session/list', 'session_list', {}, /kept/],
    ['session/get', 'session_get', { session }, /kept/],
    ['terminal/read', 'terminal_read', { session }, /cursor/],
    ['terminal/search', 'terminal_search', { session, pattern: 'nowhere' }, /^No match/],
    ['session/wait', 'terminal_wait', { session, until: 'idle', idleSeconds: 0.1 }, /^Silent/],
    ['agent/list', 'agent_status', {}, /shells not shown/],
    ['event/list', 'events_since', {}, /session\/created/],
    ['folder/list', 'folder_list', {}, /./],
    ['session/create', 'session_create', { name: 'once' }, /^Started/],
    [
      'session/send',
      'terminal_send',
      { session, text: 'echo', keys: ['Space'] },
      /^failed: .* typed and seen.*nobody can/,
    ],
    ['session/send', 'terminal_send', { session, keys: ['C-u'] }, unknown],
    ['session/rename', 'session_rename', { session, name: 'kept' }, unknown],
    ['session/suspend', 'session_suspend', { session }, unknown],
    ['session/resume', 'session_resume', { session }, unknown],
    ['session/run', 'terminal_run', { command: 'sleep 0.2' }, /^failed: .* before anybody knew/],
    ['session/close', 'session_close', { session }, unknown],
  ];
  for (const [method, tool, args, lost] of cases)
    for (const when of ['unheard', 'done'] as const) {
      cutting.cut(method, when);
      const expected = method === 'session/run' && when === 'done' ? /^failed: .* ran, in session \w{8}\./ : lost;
      assert.match(await told(tool, args), expected, `${tool} ${when}`);
      if (tool === 'terminal_send') await client.call('session/send', { id, keys: ['C-u'] });
    }
  const { sessions } = await client.call('session/list', { status: ['active', 'suspended', 'closed'] });
  const named = (wanted: string) => sessions.filter(({ name }) => name === wanted).map(({ status }) => status);
  assert.deepEqual([named('kept'), named('once')], [['closed'], ['active', 'active']]);
});
