/** Prompts of MCP, and what completes their arguments and the addresses of resources. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prompts } from '../../../client/mcp/prompt-texts.js';
import { whole } from '../../support/whole.js';
import { talk } from './talking.js';

/** What a client has unless it asks for others. */
const usual = new Set(
  `session_list session_get session_create terminal_run terminal_send terminal_read terminal_wait terminal_search
  session_suspend session_resume session_rename session_close agent_status events_since folder_list worktree_list`.split(
    /\s+/,
  ),
);

const invalid = (said: RegExp) => (error: any) => error.code === -32602 && said.test(error.message);

test('each prompt is listed with what it is for and what it needs, and names only tools that there are', async (t) => {
  const { daemon } = await whole(t);
  const { mcp } = await talk(t, daemon);
  const { prompts: listed } = await mcp.listPrompts();
  assert.deepEqual(
    listed.map(({ name }) => name),
    [
      'create_feature_session',
      'debug_session',
      'run_and_check',
      'setup_project',
      'cleanup_worktrees',
      'fix_bug',
      'review_stalled',
    ],
  );
  for (const { name, description, arguments: args = [] } of listed) {
    assert.match(description!, /^[A-Z].{20,150}\.$/, name);
    for (const arg of args) assert.match(arg.description!, /^[A-Z].+\.$/, `${name} ${arg.name}`);
    const sample = { directory: '/tmp', agent: 'claude' } as Record<string, string>;
    const all = Object.fromEntries(args.map((arg) => [arg.name, sample[arg.name] ?? `the ${arg.name}`]));
    const needed = Object.fromEntries(args.filter(({ required }) => required).map((arg) => [arg.name, all[arg.name]!]));
    for (const given of [all, needed]) {
      const { messages } = await mcp.getPrompt({ name, arguments: given });
      const { text } = messages[0]!.content as { text: string };
      for (const value of Object.values(given)) assert.ok(text.includes(value), `${name} says nothing of ${value}`);
      const named = text.match(/\b[a-z]+_[a-z_]+\b/g)!;
      assert.ok(named.length >= 3, name);
      assert.deepEqual(
        named.filter((each) => !usual.has(each)),
        [],
        name,
      );
      assert.doesNotMatch(text, /undefined|\[object/);
    }
  }

  const get = (name: string, args?: Record<string, string>) =>
    mcp.getPrompt({ name, ...(args && { arguments: args }) });
  await assert.rejects(get('nothing'), invalid(/no prompt nothing.*prompts\/list/));
  await assert.rejects(get('fix_bug'), invalid(/`bug` is needed/));
  await assert.rejects(get('fix_bug', { bug: ' ' }), invalid(/`bug` is needed/));
  await assert.rejects(
    get('fix_bug', { bug: 'x', colour: 'red' }),
    invalid(/no argument `colour`; it has bug, folder/),
  );
  await assert.rejects(get('fix_bug', { bug: 'x'.repeat(4001) }), invalid(/at most 4000 characters, got 4001/));
  await assert.rejects(get('fix_bug', { bug: 'x', agent: 'eliza' }), invalid(/one of claude, .* got "eliza"/));
  await assert.rejects(get('setup_project', { directory: 'src' }), invalid(/absolute path, got "src"/));
  const { messages } = await get('fix_bug', { bug: 'a\x1b[2Jb\nc' });
  assert.match((messages[0]!.content as { text: string }).text, /> a\[2Jb\n> c/);
});

test('arguments and ids are completed from what there is', async (t) => {
  const { daemon, client } = await whole(t);
  const { mcp } = await talk(t, daemon);
  const { id } = await client.call('session/create', { name: 'Build', projectPath: '/tmp', command: ['cat'] });
  const folder = await client.call('folder/create', { name: 'api', path: '/tmp' });
  const ofPrompt = async (name: string, argument: string, value = '') =>
    (await mcp.complete({ ref: { type: 'ref/prompt', name }, argument: { name: argument, value } })).completion;
  const ofUri = async (uri: string, value = '') =>
    (await mcp.complete({ ref: { type: 'ref/resource', uri }, argument: { name: 'id', value } })).completion;

  assert.deepEqual(await ofPrompt('debug_session', 'session'), { values: ['Build', id], total: 2, hasMore: false });
  assert.deepEqual((await ofPrompt('debug_session', 'session', 'bu')).values, ['Build']);
  assert.deepEqual((await ofPrompt('fix_bug', 'folder', 'ap')).values, ['api']);
  assert.deepEqual((await ofPrompt('fix_bug', 'agent', 'c')).values, ['claude', 'codex']);
  assert.deepEqual((await ofPrompt('setup_project', 'directory', '/')).values, ['/tmp']);
  assert.deepEqual((await ofPrompt('fix_bug', 'bug', 'x')).values, []);
  assert.deepEqual((await ofUri('rdv://sessions/{id}/output', id.slice(0, 4))).values, [id]);
  assert.deepEqual((await ofUri('rdv://folders/{id}')).values, [folder.id]);
  assert.equal((await ofUri('rdv://orchestrators/{id}/insights')).values.length, 1);
  await assert.rejects(ofPrompt('fix_bug', 'nothing'), invalid(/no prompt fix_bug with an argument nothing/));
  await assert.rejects(ofUri('rdv://sessions'), invalid(/no resource template/));
  assert.ok(prompts.every(({ args }) => args.length > 0));
  await client.call('session/close', { id });
});
