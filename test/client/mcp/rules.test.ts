/** The rules of the tools of MCP: what is shown of schemas, which arguments are taken, what is cut, and which tools there are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { allMethods, methods } from '#protocol';
import { RpcError } from '#protocol/errors';
import { checked, readArguments } from '../../../client/mcp/arguments.js';
import { chooseTools, defaultTools } from '../../../client/mcp/choose.js';
import { toldOf } from '../../../client/mcp/failure.js';
import { ANSWER_BYTES, bytesOf, cut, fitting, tailOf } from '../../../client/mcp/fitting.js';
import { spareOwn } from '../../../client/mcp/guard.js';
import { happened } from '../../../client/mcp/happened.js';
import { callOnce, type Link } from '../../../client/mcp/link.js';
import { plain } from '../../../client/mcp/plain.js';
import { questionOf } from '../../../client/mcp/rows.js';
import { schemaOf } from '../../../client/mcp/schema.js';
import type { Calling } from '../../../client/mcp/tool.js';

test('a schema shows a model what it needs to know, and no more', () => {
  const schema = z.object({
    id: z.uuid().describe('Which.'),
    count: z.int().min(1).max(100).default(20),
    any: z.int(),
    name: z.string().max(200).nullable(),
    off: z.boolean().default(false),
    words: z.array(z.string().max(5)).max(3).optional(),
  });
  assert.deepEqual(schemaOf(schema), {
    type: 'object',
    properties: {
      id: { type: 'string', description: 'Which.' },
      count: { default: 20, type: 'integer', maximum: 100 },
      any: { type: 'integer' },
      name: { type: ['string', 'null'] },
      off: { type: 'boolean' },
      words: { type: 'array', items: { type: 'string' } },
    },
    required: ['id', 'any', 'name'],
  });
});

test('numbers, flags and lists in quotes are taken, texts stay texts, and unknown names are not', () => {
  const input = z.object({
    n: z.int().optional(),
    yes: z.boolean().optional(),
    keys: z.array(z.string()).optional(),
    text: z.string().optional(),
  });
  const read = (given: object) => readArguments('tool', schemaOf(input), { ...given });
  assert.deepEqual(read({ n: '5', yes: 'true', keys: '["a"]', text: '5' }), {
    n: 5,
    yes: true,
    keys: ['a'],
    text: '5',
  });
  assert.deepEqual(read({ keys: 'Enter', n: 'five', text: null }), { keys: ['Enter'], n: 'five' });
  assert.deepEqual(read({ text: 12_345_678 }), { text: '12345678' });
  assert.throws(() => read({ txt: '' }), {
    message: 'tool takes no `txt`. Did you mean `text`? It takes n, yes, keys, text.',
  });
  assert.throws(() => checked(input, { n: 'five' }), { kind: 'InvalidParams', message: /^`n`: expected number/ });
});

test('lists and texts are cut to what an answer may cost', () => {
  const lines = Array.from({ length: 500 }, (_, i) => ({ row: { i }, text: 'x'.repeat(50) }));
  const shown = fitting(lines);
  const bytes = shown.reduce((sum, { row, text }) => sum + bytesOf(row) + bytesOf(text), 0);
  assert.ok(bytes <= ANSWER_BYTES && bytes > ANSWER_BYTES - 100 && shown[0] === lines[0]);
  assert.equal(fitting([{ row: 'x'.repeat(9000), text: '' }]).length, 1);
  assert.deepEqual(fitting([]), []);
  assert.deepEqual(tailOf('a\nb\nc', 7), { text: 'b\nc', omitted: 1, isCut: false });
  assert.deepEqual(tailOf('a\nb', 100), { text: 'a\nb', omitted: 0, isCut: false });
  for (const sign of ['x', '"', '日', '\x01']) {
    const { text, omitted, isCut } = tailOf(`first\n${sign.repeat(600)}`, 300);
    assert.deepEqual([text[0], omitted, isCut], ['…', 1, true]);
    assert.ok(bytesOf(text) <= 300 && bytesOf(text) > 290, `${bytesOf(text)} bytes of ${sign}`);
  }
  assert.deepEqual([cut('abcdef', 4), cut('abcdef', 4, 'end'), cut('😀😀😀', 2)], ['abc…', '…def', '😀…']);
});

test('a list of hundreds of sessions is one page of 8 KB, and says how to go on', async () => {
  const id = (i: number) => `${String(i).padStart(8, '0')}-0000-4000-8000-000000000000`;
  const sessions = Array.from({ length: 100 }, (_, i) => ({
    ...{
      id: id(i),
      name: `\x1b[31mname ${'n'.repeat(200)}`,
      status: 'active',
      agentState: 'working',
      health: 'ok',
      agentProvider: 'claude',
    },
    ...{
      projectPath: `/${'d'.repeat(300)}`,
      worktreeBranch: 'b'.repeat(200),
      folderId: null,
      exit: null,
      command: null,
      lastActivityAt: 0,
    },
  }));
  const link = {
    call: async (method: string) => (method === 'session/list' ? { sessions, more: true } : { folders: [] }),
  } as unknown as Link;
  const [list] = chooseTools({ tools: ['session_list'] });
  const answer = await list!.run(
    { limit: 100 },
    { link, signal: AbortSignal.any([]), progress: () => {}, confirm: async () => undefined },
  );
  const { sessions: rows, next } = answer.structured as { sessions: { id: string; name: string }[]; next: string };
  assert.ok(bytesOf(answer) <= 8000, `${bytesOf(answer)} bytes`);
  // A short id is of no use for a session that is in the trash by now.
  assert.deepEqual([next, answer.text?.endsWith(`after "${next}".`)], [id(rows.length - 1), true]);
  assert.ok(!answer.text?.includes('\x1b') && rows[0]!.name.startsWith('[31mname'));
});

test('what programs print is text: no colours, and of a line written again and again the last', () => {
  assert.equal(plain('\x1b[1;31mred\x1b[0m\r\n10%\r20%\r100%\r\n\x1b]0;title\x07end\x9b'), 'red\n100%\nend');
});

test('a failure is told with the next step, in the words of tools', () => {
  const served = (tool: string) => ['session_list', 'agent_get'].includes(tool);
  const told = (error: RpcError) => toldOf(error, served);
  assert.equal(told(new RpcError('NotFound', 'No session x.')), 'No session x. Call session_list.');
  assert.equal(told(new RpcError('NotFound', 'No trash item x.')), 'No trash item x.');
  assert.equal(
    told(new RpcError('Conflict', 'See agent/get and tmux/kill in a/b.')),
    'See agent_get and tmux/kill in a/b.',
  );
  assert.equal(told(new RpcError('RateLimited', 'Too many.', { retryAfterMs: 1200 })), 'Too many. Call again in 2 s.');
  assert.ok(told(new RpcError('NotFound', `No session ${'x'.repeat(100_000)}.`)).length < 1100);
  assert.match(told(new RpcError('Unavailable', 'Lost.', { code: 'CONNECTION_LOST' })), /look before you call again/);
});

test('what is to be done once is asked for again by the same key, and is not called undone while nobody knows', async () => {
  const lost = new RpcError('Unavailable', 'Lost.', { code: 'CONNECTION_LOST' });
  const keysOf = async (...outcomes: readonly (RpcError | undefined)[]) => {
    const keys: unknown[] = [];
    const link = {
      async call(_method: string, { idempotencyKey }: { idempotencyKey: string }) {
        const outcome = outcomes[keys.push(idempotencyKey) - 1];
        if (outcome) throw outcome;
      },
    } as unknown as Link;
    const thrown = await callOnce(link, 'session/create', { name: 'x' }, {}).catch((error) => error);
    return { keys, thrown };
  };
  const again = await keysOf(lost, undefined);
  assert.deepEqual([again.keys.length, new Set(again.keys).size, again.thrown], [2, 1, undefined]);
  const away = await keysOf(lost, new RpcError('Unavailable', 'No daemon answers.'));
  assert.equal(away.thrown, lost);
  const refused = new RpcError('Conflict', 'No.');
  assert.equal((await keysOf(lost, refused)).thrown, refused);
  assert.equal((await keysOf(refused)).keys.length, 1);
});

test('the sixteen are the default; a wrong name and a forbidden one are refused', () => {
  assert.equal(chooseTools({}), defaultTools);
  assert.equal(defaultTools.length, 16);
  const read = chooseTools({ readOnly: true }).map(({ name }) => name);
  assert.ok(read.includes('terminal_wait') && !read.includes('terminal_send') && !read.includes('session_rename'));
  assert.throws(() => chooseTools({ tools: ['sesion_get'] }), {
    kind: 'InvalidParams',
    message: /Did you mean session_get\?/,
  });
  assert.throws(() => chooseTools({ tools: ['session_close'], readOnly: true }), { message: /does not only read/ });
});

test('a question is told by its end, where nothing can be chosen, and by its choices', () => {
  const printed = Array.from({ length: 40 }, (_, i) => `line ${i}`).join('\n');
  const blocked = { since: 0, text: `${printed}\n[sudo] password for ann:`, interactionId: null };
  assert.equal(
    questionOf({ ...blocked, kind: 'login', options: [] }),
    'asks (login): line 38 line 39 [sudo] password for ann:',
  );
  const options = [{ id: '1', label: 'Yes' }];
  assert.match(questionOf({ ...blocked, kind: 'other', options })!, /^asks \(other\): line 0 .* Choices: 1 Yes\.$/);
  assert.match(questionOf({ ...blocked, kind: 'other', options, interactionId: 'x' })!, / Answers: 1 Yes\.$/);
});

test('no tool ends or types into the session of its caller', async () => {
  const own = 'abcdef01-0000-4000-8000-000000000000';
  const answers: Record<string, unknown> = {
    'worktree/inspect': { sessionIds: [own] },
    'interaction/list': { interactions: [{ id: 'dialog', sessionId: own }] },
  };
  const link = { client: async () => ({ sessionId: own }), call: async (name: string) => answers[name] };
  const calling = { link, signal: AbortSignal.any([]) } as unknown as Calling;
  const sparing = allMethods.filter(
    ([name, { doors, effect, scope, concerns }]) =>
      doors?.includes('mcp') &&
      (scope === 'terminal:write' ||
        (effect === 'destroy' && (concerns?.session || name === 'worktree/remove')) ||
        name === 'session/update'),
  );
  assert.ok(sparing.length >= 8, String(sparing.length));
  for (const [name, method] of sparing) {
    const named = Object.fromEntries((method.concerns?.session ?? []).map((field) => [field, own]));
    const params = { ...named, status: 'closed', worktreePath: '/w', interactionId: 'dialog' };
    await assert.rejects(spareOwn(name, method, params, calling), { kind: 'Conflict', message: /you work in/ }, name);
  }
  await spareOwn('session/close', methods['session/close'], { id: 'another' }, calling);
  await spareOwn('interaction/respond', methods['interaction/respond'], { interactionId: 'another' }, calling);
});

test('an event is one line: whom it concerns, and what happened', () => {
  const sessionId = 'abcdef01-0000-4000-8000-000000000000';
  const agent = { name: 'api', state: 'blocked', health: 'ok', cause: null, blocked: { text: 'May\x1b I?' } };
  const params = { sessionId, before: 'working', healthBefore: 'ok', agent };
  assert.deepEqual(happened({ seq: 7, at: 0, name: 'agent/changed', params }), {
    ...{
      seq: 7,
      at: '1970-01-01T00:00:00Z',
      event: 'agent/changed',
      session: 'abcdef01',
      what: '"api" working -> blocked May I?',
    },
  });
  const folder = { seq: 8, at: 0, name: 'folder/created', params: { folder: { id: 'x', name: 'work', path: '/w' } } };
  assert.equal(happened(folder).what, '"work" /w');
});
