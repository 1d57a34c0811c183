/** Resources of MCP over a real daemon: listed by pages, read, and told of when they change. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Result } from '#protocol';
import { createWatching } from '../../../client/mcp/watching.js';
import { reach, whole } from '../../support/whole.js';
import { talk } from './talking.js';

const ABSENT = '00000000-0000-4000-8000-000000000000';
const HOSTILE = 'a\x1b]0;evil\x07\x9b31mb';

const textOf = ({ contents }: any) => contents[0].text as string;
const codeOf = (code: number) => (error: any) => error.code === code;

test('resources over one daemon', async (t) => {
  const { daemon, client } = await whole(t, { config: '[limits]\nwrite_per_second = 0\nread_per_second = 0\n' });
  const { mcp, link, told, heard } = await talk(t, daemon);
  const shell = (name: string, more = {}) =>
    client.call('session/create', { name, projectPath: '/tmp', command: ['sh'], ...more });

  await t.test('the lists are there from the start, and templates for what has an id', async () => {
    const { resources } = await mcp.listResources();
    assert.deepEqual(
      resources.map(({ uri }) => uri),
      ['rdv://sessions', 'rdv://folders', 'rdv://preferences'],
    );
    const { resourceTemplates } = await mcp.listResourceTemplates();
    assert.deepEqual(
      resourceTemplates.map(({ uriTemplate }) => uriTemplate),
      ['rdv://sessions/{id}', 'rdv://sessions/{id}/output', 'rdv://folders/{id}', 'rdv://orchestrators/{id}/insights'],
    );
  });

  await t.test('sessions and folders come and go in the list, and that is told', async () => {
    const { id } = await shell('one');
    await heard('resources/list_changed');
    const folder = await client.call('folder/create', { name: 'api' });
    // It comes with the first session, and stays.
    const [master] = (await client.call('orchestrator/list', {})).orchestrators;
    const uris = (await mcp.listResources()).resources.map(({ uri }) => uri);
    assert.deepEqual(uris.slice(3), [
      `rdv://sessions/${id}`,
      `rdv://sessions/${id}/output`,
      `rdv://folders/${folder.id}`,
      `rdv://orchestrators/${master!.id}/insights`,
    ]);
    await client.call('session/close', { id });
    await client.call('folder/delete', { id: folder.id });
    await heard('resources/list_changed', 2);
    assert.equal((await mcp.listResources()).resources.length, 4);
    const insights = JSON.parse(textOf(await mcp.readResource({ uri: `rdv://orchestrators/${master!.id}/insights` })));
    assert.deepEqual(insights.insights, []);
  });

  await t.test('what is read is compact, and nothing in it drives a terminal', async () => {
    const folder = await client.call('folder/create', { name: HOSTILE });
    const { id } = await client.call('session/create', {
      ...{ name: 'loud', projectPath: '/tmp', folderId: folder.id },
      command: ['sh', '-c', "printf 'red \\033[31mgreen\\302\\233 \\033]0;t\\007done\\n'; exec cat"],
    });
    await client.call('session/wait', { id, until: 'pattern', pattern: 'done', timeoutMs: 10_000 });
    const all = await Promise.all(
      [
        'rdv://sessions',
        `rdv://sessions/${id}`,
        `rdv://sessions/${id}/output`,
        'rdv://folders',
        `rdv://folders/${folder.id}`,
        'rdv://preferences',
      ].map(async (uri) => [uri, textOf(await mcp.readResource({ uri }))] as const),
    );
    for (const [uri, text] of all) {
      assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f]|\\u00/, uri);
      if (!uri.endsWith('/output')) assert.doesNotMatch(text, /: |null/, uri);
    }
    const read = new Map(all);
    assert.match(read.get(`rdv://sessions/${id}/output`)!, /^red green\S* *done/);
    assert.deepEqual(
      JSON.parse(read.get('rdv://sessions')!).sessions.map((each: any) => [each.id, each.name]),
      [[id, 'loud']],
    );
    assert.equal(JSON.parse(read.get(`rdv://folders/${folder.id}`)!).sessions[0].id, id);
    await client.call('session/close', { id });
    await client.call('folder/delete', { id: folder.id });
  });

  await t.test('output is the tail, at most 8 KiB of it, and what is left out is said', async () => {
    const { id } = await shell('long', { command: ['sh', '-c', 'seq 1 100000; exec cat'] });
    await client.call('session/wait', { id, until: 'pattern', pattern: '100000', timeoutMs: 10_000 });
    const { contents } = await mcp.readResource({ uri: `rdv://sessions/${id}/output` });
    const { text, mimeType, _meta } = contents[0] as any;
    assert.equal(mimeType, 'text/plain');
    assert.ok(text.length <= 8192 && text.trimEnd().endsWith('100000'), text.slice(-50));
    assert.ok(_meta.omittedLines > 100);
    await client.call('session/close', { id });
  });

  await t.test('what is not there is -32002, with the next step', async () => {
    const cases = [
      [`rdv://sessions/${ABSENT}`, /session_list/],
      [`rdv://sessions/${ABSENT}/output`, /session_list/],
      [`rdv://folders/${ABSENT}`, /folder_list/],
      [`rdv://orchestrators/${ABSENT}/insights`, /resources\/list/],
      ['rdv://sessions/nine', /resources\/list/],
      ['rdv://other', /resources\/list/],
      ['file:///etc/passwd', /resources\/list/],
    ] as const;
    for (const [uri, step] of cases) {
      for (const asked of [mcp.readResource({ uri }), mcp.subscribeResource({ uri })]) {
        await assert.rejects(
          asked,
          (error: any) => codeOf(-32002)(error) && step.test(error.message) && error.data.uri === uri,
          uri,
        );
      }
    }
  });

  await t.test('who subscribed is told of each change, and of nothing once he has unsubscribed', async () => {
    const folder = await client.call('folder/create', { name: 'api' });
    const { id } = await shell('watched');
    const uris = [
      'rdv://sessions',
      `rdv://sessions/${id}`,
      'rdv://folders',
      `rdv://folders/${folder.id}`,
      'rdv://preferences',
    ];
    for (const uri of uris) await mcp.subscribeResource({ uri });
    await client.call('session/move', { id, folderId: folder.id });
    await client.call('folder/update', { id: folder.id, name: 'web' });
    await client.call('preference/set', { fontSize: 14 });
    await Promise.all(uris.map((uri) => heard(`resources/updated ${uri}`)));
    for (const uri of uris) await mcp.unsubscribeResource({ uri });
    const before = told.length;
    await client.call('session/rename', { id, name: 'other' });
    await client.call('folder/delete', { id: folder.id });
    await heard('resources/list_changed', told.filter((each) => each === 'resources/list_changed').length + 1);
    assert.deepEqual(
      told.slice(before).filter((each) => each.startsWith('resources/updated')),
      [],
    );
    await client.call('session/close', { id });
  });

  await t.test('output is told when it comes, and a flood once a second', async () => {
    const { id } = await shell('printer', {
      command: ['sh', '-c', 'read x; seq 1 400000; read y; echo last; exec cat'],
    });
    const uri = `rdv://sessions/${id}/output`;
    const updates = () => told.filter((each) => each === `resources/updated ${uri}`).length;
    await mcp.subscribeResource({ uri });
    const since = performance.now();
    await client.call('session/exec', { id, command: 'go' });
    await client.call('session/wait', { id, until: 'pattern', pattern: '400000', timeoutMs: 20_000 });
    await heard(`resources/updated ${uri}`);
    assert.ok(updates() <= 2 + (performance.now() - since) / 1000, `${updates()} updates`);
    // What is told last is told after the last byte.
    await delay(1200);
    const quiet = updates();
    await client.call('session/exec', { id, command: 'go' });
    await heard(`resources/updated ${uri}`, quiet + 1);
    await client.call('session/close', { id });
    await heard(`resources/updated ${uri}`, quiet + 2);
    await mcp.unsubscribeResource({ uri });
  });

  await t.test(
    'a list of any length comes by pages, whatever comes and goes; at most 64 are subscribed to',
    async () => {
      const made: Result<'folder/create'>[] = [];
      for (let n = 0; n < 66; n++) made.push(await client.call('folder/create', { name: `f${n}` }));
      const first = await mcp.listResources();
      assert.equal(first.resources.length, 50);
      await client.call('folder/delete', { id: made.shift()!.id });
      await client.call('folder/create', { name: 'later' });
      const second = await mcp.listResources({ cursor: first.nextCursor });
      assert.equal(second.nextCursor, undefined);
      assert.equal(second.resources.length, 3 + 66 + 1 + 1 - 50);
      await assert.rejects(mcp.listResources({ cursor: 'bm8' }), codeOf(-32602));

      for (const { id } of made.slice(0, 64)) await mcp.subscribeResource({ uri: `rdv://folders/${id}` });
      await assert.rejects(
        mcp.subscribeResource({ uri: `rdv://folders/${made[64]!.id}` }),
        /64 resources.*Unsubscribe/,
      );
      await mcp.unsubscribeResource({ uri: `rdv://folders/${made[0]!.id}` });
      await mcp.subscribeResource({ uri: `rdv://folders/${made[64]!.id}` });
      for (const { id } of made) await mcp.unsubscribeResource({ uri: `rdv://folders/${id}` });
    },
  );

  await t.test('outputs are watched by streams of their own, of which there is a bound', async () => {
    const { id } = await shell('printing');
    const one = { kind: 'output', id } as const;
    const other = { kind: 'output', id: (await shell('printing too')).id } as const;
    const watching = createWatching(link, { updated: () => {}, listChanged: () => {} }, { all: 3, outputs: 1 });
    await watching.subscribe(one);
    await watching.subscribe(one);
    await assert.rejects(watching.subscribe(other), { kind: 'Overloaded', message: /3 resources, 1 outputs/ });
    await watching.subscribe({ kind: 'session', id });
    watching.unsubscribe(one);
    await watching.subscribe(other);
    watching.unsubscribe(other);
    for (const session of [one, other]) await client.call('session/close', { id: session.id });
  });

  await t.test('a daemon that is killed and comes back is followed on, output included', async () => {
    const { id } = await shell('lasting', { command: ['cat'] });
    const uri = `rdv://sessions/${id}`;
    for (const each of [uri, `${uri}/output`]) await mcp.subscribeResource({ uri: each });
    await daemon.kill9();
    await daemon.restart();
    const again = await reach(t, daemon);
    const count = (what: string) => told.filter((each) => each === what).length;
    const before = [count(`resources/updated ${uri}`), count(`resources/updated ${uri}/output`)] as const;
    await again.call('session/rename', { id, name: 'renamed' });
    await heard(`resources/updated ${uri}`, before[0] + 1);
    await heard(`resources/updated ${uri}/output`, Math.max(1, before[1]));
    await delay(1100);
    const quiet = count(`resources/updated ${uri}/output`);
    await again.call('session/exec', { id, command: 'hello' });
    await heard(`resources/updated ${uri}/output`, quiet + 1);
    assert.match(textOf(await mcp.readResource({ uri: `${uri}/output` })), /hello/);
    assert.equal(JSON.parse(textOf(await mcp.readResource({ uri }))).name, 'renamed');
    await again.call('session/close', { id });
  });
});
