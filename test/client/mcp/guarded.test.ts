/** What `rdv mcp` does not do just like that: it asks before it destroys, spares its own session, and shows only what it is to. */
import assert from 'node:assert/strict';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Client, connect } from '#client';
import { pathsIn } from '#protocol/paths';
import { agentSession } from '../../support/agent/agent.js';
import { type Daemon, startDaemon } from '../../support/daemon.js';
import { placeFor } from '../../support/repository.js';
import { rdv as run } from '../cli/program.js';
import { startMcp } from './started.js';

let daemon: Daemon;
let client: Client;
before(async () => {
  daemon = await startDaemon();
  client = await connect({ socketPath: daemon.socket, token: daemon.token });
});
after(async () => {
  client.close();
  await daemon.stop();
});

/** Calls that would type what ends most programs. */
const typing = (id: string) =>
  [
    ['terminal_send', { session: id, text: 'exit' }],
    ['terminal_send', { session: id, text: '/exit', when: 'idle' }],
    ['terminal_send', { session: id, keys: ['C-d'] }],
    ['terminal_send', { session: id, answer: '1' }],
    ['session_send', { id, keys: ['C-c'] }],
    ['session_exec', { id, command: 'exit' }],
    ['agent_send', { sessionId: id, text: 'exit' }],
    ['orchestrator_inject', { id, sessionId: id, command: 'exit' }],
  ] as const;

const statusOf = async (id: string) => (await client.call('session/get', { id })).status;

test('a person who can be asked is asked before anything is destroyed, and no is no', async (t) => {
  const asked: string[] = [];
  const answers = [
    { action: 'decline' },
    { action: 'cancel' },
    { action: 'accept', content: { confirm: false } },
    { action: 'accept', content: { confirm: 'no' } },
    { action: 'accept' },
  ] as const;
  const rdv = await startMcp(daemon.home, {
    args: ['--all'],
    answer(question) {
      asked.push(question);
      return answers[(asked.length - 1) % 5]!;
    },
  });
  t.after(rdv.close);
  const { id } = await client.call('session/create', { name: 'api\x1b[31m', command: ['cat'] });
  for (const [i] of answers.entries()) {
    const { isError, text } = await rdv.call('session_close', { session: id });
    assert.deepEqual([isError, await statusOf(id)], i < 4 ? [true, 'active'] : [false, 'closed'], text);
    if (i < 4) assert.equal(text, 'The person said no: nothing was done. Ask them what to do instead.');
  }
  assert.match(asked[0]!, new RegExp(`^Close session "api\\[31m" \\(${id.slice(0, 8)}\\) and end its processes\\?$`));
  const updated = await client.call('session/create', { name: 'updated', command: ['cat'] });
  assert.equal((await rdv.call('session_update', { id: updated.id, status: 'closed' })).isError, true);
  assert.equal(await statusOf(updated.id), 'active');
  assert.match(asked.at(-1)!, /^session_update .*closed/);
  assert.equal((await rdv.call('session_update', { id: updated.id, name: 'new' })).isError, false);
  await client.call('session/close', { id: updated.id });
  // For the first of the answers again.
  asked.length = 0;
  const folder = await client.call('folder/create', { name: 'kept' });
  assert.equal((await rdv.call('folder_delete', { id: 'kept' })).isError, true);
  assert.equal((await client.call('folder/get', { id: folder.id })).name, 'kept');
  assert.match(asked.at(-1)!, /^folder_delete .*kept/);
  const [projectPath, worktreePath] = [`${'/'.repeat(1000)}tmp`, `/tmp/${'./'.repeat(500)}precious`];
  assert.equal((await rdv.call('worktree_remove', { projectPath, worktreePath, force: true })).isError, true);
  assert.match(asked.at(-1)!, /^worktree_remove .*\/tmp".*precious".*"force":true/);
});

test('whoever works in a session does not end it, nor type into it, by whatever tool', async (t) => {
  const { folder, init } = placeFor(t);
  const repository = init('repository');
  repository.commit({ a: '' });
  repository.git('worktree', 'add', '-q', '../own');
  symlinkSync(folder, join(folder, 'link'));
  const projectPath = join(folder, 'own');
  const { id } = await client.call('session/create', { name: 'mine', command: ['cat'], projectPath });
  const other = await client.call('session/create', { name: 'other', command: ['cat'] });
  const rdv = await startMcp(daemon.home, { args: ['--all'], environment: { RDV_SESSION_ID: id } });
  t.after(rdv.close);
  assert.match(rdv.mcp.getInstructions()!, new RegExp(`You work in session ${id.slice(0, 8)}`));
  for (const [tool, args] of [
    ['session_close', { session: 'mine' }],
    ['session_update', { id: 'mine', status: 'closed' }],
    ['session_update', { id, status: 'trashed' }],
    ['worktree_remove', { worktreePath: join(folder, 'link/own') }],
    ...typing(id),
  ] as const) {
    const { isError, text } = await rdv.call(tool, args);
    assert.deepEqual([isError, /^That is the session you work in/.test(text)], [true, true], text);
  }
  assert.equal(await statusOf(id), 'active');
  assert.equal((await client.call('terminal/read', { sessionId: id })).content.trim(), '');
  assert.equal((await rdv.call('session_update', { id: 'mine', name: 'still mine' })).isError, false);
  assert.equal((await rdv.call('terminal_send', { session: other.id, keys: ['C-d'] })).isError, false);
  assert.equal((await rdv.call('session_close', { session: other.id })).isError, false);
});

test('the token of a session tells which one is its own', async (t) => {
  const { id } = await client.call('session/create', { name: 'told by nobody', command: ['cat'] });
  const RDV_API_KEY = readFileSync(join(pathsIn(daemon.home).tokens, id), 'utf8').trim();
  const rdv = await startMcp(daemon.home, { environment: { RDV_API_KEY } });
  t.after(rdv.close);
  assert.match(rdv.mcp.getInstructions()!, new RegExp(`You work in session ${id.slice(0, 8)}`));
  for (const [tool, args] of [['session_close', { session: id }], ...typing(id)] as const) {
    if (!tool.startsWith('terminal') && tool !== 'session_close') continue;
    const { isError, text } = await rdv.call(tool, args);
    assert.deepEqual([isError, /^That is the session you work in/.test(text)], [true, true], text);
  }
  // It starts others in its own folder, and in no other.
  assert.match((await rdv.call('terminal_run', { command: 'true' })).text, /in none\. Ask the person to move it/);
  const { id: folderId } = await client.call('folder/create', { name: 'of the token' });
  await client.call('session/move', { id, folderId });
  const ran = await rdv.call('terminal_run', { command: 'echo inside' });
  assert.equal(ran.structured?.output, 'inside', ran.text);
  const { structured: made, text } = await rdv.call('session_create', { name: 'child' });
  assert.match(text, / in of the token /);
  await client.call('session/close', { id });
  assert.ok(made.id);
});

test('a dialog is not typed into: the agent is told what is asked, and answers that', async (t) => {
  const rdv = await startMcp(daemon.home);
  t.after(rdv.close);
  const { agent, session } = await agentSession(t, client, 'claude', { name: 'coder' });
  const idle = await rdv.call('terminal_wait', { session: 'coder', until: 'prompt' });
  assert.equal(idle.structured.state, 'idle');
  const sent = await rdv.call('terminal_send', { session: 'coder', text: 'fix it' });
  assert.deepEqual([sent.isError, sent.structured.seen], [false, true], sent.text);
  await agent.next('submitted', ({ text }) => text === 'fix it');
  await agent.tell({ do: 'ask', kind: 'permission' });
  const asks = await rdv.call('terminal_wait', { session: 'coder', until: 'prompt' });
  assert.deepEqual([asks.structured.state, /1 Yes/.test(asks.structured.question)], ['blocked', true], asks.text);
  const refused = await rdv.call('terminal_send', { session: 'coder', text: 'more' });
  assert.match(
    refused.text,
    /^Not typed: \w{8} asks \(permission\): .*Answers: 1 Yes.*Answer it: terminal_send with `answer`\.$/s,
  );
  // Keys behind a text do not take it past the guard.
  const past = await rdv.call('terminal_send', { session: 'coder', text: 'more', keys: ['Tab'] });
  assert.deepEqual([past.isError, /^Not typed: \w{8} asks/.test(past.text)], [true, true], past.text);
  const denied = await rdv.call('terminal_send', { session: 'coder', text: 'rm -rf /', keys: ['Enter'] });
  assert.match(denied.text, /^Not typed: The folder does not want machines to type `rm -rf \/`\. Ask the person\.$/);
  const status = await rdv.call('agent_status');
  assert.deepEqual([status.structured.agents[0].state, /1 Yes/.test(status.text)], ['blocked', true]);
  assert.match((await rdv.call('terminal_send', { session: 'coder', answer: '9' })).text, /^"9" is no answer: it asks/);
  assert.equal((await rdv.call('terminal_send', { session: 'coder', answer: '1' })).structured.state, 'answered');
  await agent.next('chosen');
  assert.ok(!agent.read.includes('more'));
  await agent.tell({ do: 'idle' });
  const behind = await rdv.call('terminal_send', { session: 'coder', text: 'tests too', keys: ['Enter'] });
  assert.deepEqual([behind.structured.seen, /submitted/.test(behind.text)], [true, true], behind.text);
  await agent.next('submitted', ({ text }) => text === 'tests too');
  await client.call('session/close', { id: session.id });
});

/** The tools of the server before this one, by their place here. */
const earlier = {
  session: ['list', 'create', 'get', 'exec', 'scrollback', 'suspend', 'resume', 'close', 'update', 'send', 'stalls'],
  agent: ['explain', 'get'],
  folder: ['list', 'create', 'update', 'delete', 'children', 'context'],
  preference: ['get', 'set'],
  worktree: ['branches', 'create', 'list', 'status', 'check', 'remove'],
  orchestrator: ['list', 'health'],
  insight: ['list'],
  project: ['detect', 'get', 'list', 'refresh'],
  knowledge: ['update', 'delete', 'search'],
};

test('--all, --tools and --read-only widen and narrow what there is', async (t) => {
  const namesWith = async (...args: string[]) => {
    const rdv = await startMcp(daemon.home, { args });
    t.after(rdv.close);
    return (await rdv.mcp.listTools()).tools;
  };
  const [all, few, read] = await Promise.all([
    namesWith('--all'),
    namesWith('--tools', 'session_list, knowledge_search'),
    namesWith('--all', '--read-only'),
  ]);
  const names = all.map(({ name }) => name);
  const wanted = Object.entries(earlier).flatMap(([noun, verbs]) => verbs.map((verb) => `${noun}_${verb}`));
  assert.deepEqual(
    wanted.filter((name) => !names.includes(name)),
    [],
  );
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(
    few.map(({ name }) => name),
    ['session_list', 'knowledge_search'],
  );
  assert.deepEqual(
    read.map(({ name }) => name),
    all.filter(({ annotations }) => annotations!.readOnlyHint).map(({ name }) => name),
  );
  assert.ok(read.length > 20 && read.length < all.length);
});

test('what cannot be served is told in one line, with the exit code of its kind', async () => {
  const { home } = daemon;
  const wrongKey = await run(home, ['mcp'], { RDV_API_KEY: 'rdv_wrong' });
  assert.deepEqual([wrongKey.code, wrongKey.stdout, wrongKey.stderr.split('\n').length], [77, '', 2], wrongKey.stderr);
  const wrongTool = await run(home, ['mcp', '--tools', 'session_lst']);
  assert.deepEqual(wrongTool, {
    code: 2,
    stdout: '',
    stderr: 'rdv mcp: There is no tool "session_lst". Did you mean session_list?\n',
  });
  const forbidden = await run(home, ['mcp', '--read-only', '--tools', 'session_close']);
  assert.deepEqual([forbidden.code, forbidden.stderr], [2, 'rdv mcp: The tool session_close does not only read.\n']);
  assert.deepEqual(await run(home, ['mcp']), { code: 0, stdout: '', stderr: '' });
});
