/** The plugin for OpenCode, loaded as OpenCode loads it, with a program that writes down how it is run. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { pluginText, readPlugin } from '../../../daemon/hooks/plugin.js';
import { folderFor } from '../../support/whole.js';

interface Hooks {
  event(given: { event: { type: string; properties?: unknown } }): Promise<void>;
  'tool.execute.before'(input: object, output: object): Promise<void>;
}

async function load(t: TestContext, program: [string, ...string[]], session: string) {
  const folder = folderFor(t);
  const file = join(folder, 'rdv.mjs');
  writeFileSync(file, pluginText(program, 'file'));
  const before = process.env.RDV_SESSION_ID;
  process.env.RDV_SESSION_ID = session;
  t.after(() => {
    if (before === undefined) delete process.env.RDV_SESSION_ID;
    else process.env.RDV_SESSION_ID = before;
  });
  const exported: Record<string, (context: object) => Promise<Partial<Hooks>>> = await import(pathToFileURL(file).href);
  // OpenCode takes every export for a plugin.
  assert.deepEqual(Object.keys(exported), ['RdvHooks']);
  return exported.RdvHooks!({ project: {}, directory: folder });
}

/** A program that appends its words and its input to a file, a line each. */
function recorder(t: TestContext) {
  const folder = folderFor(t);
  const [program, seen] = [join(folder, 'rdv'), join(folder, 'seen')];
  writeFileSync(program, `#!/bin/sh\nprintf '%s %s\\n' "$*" "$(cat)" >> '${seen}'\n`);
  chmodSync(program, 0o755);
  const lines = () => (existsSync(seen) ? readFileSync(seen, 'utf8').trim().split('\n') : []);
  const reaches = (count: number) =>
    new Promise<string[]>((resolve) => {
      const check = () => {
        if (lines().length < count) return;
        watcher.close();
        resolve(lines());
      };
      const watcher = watch(folder, check);
      check();
    });
  return { program, reaches };
}

test('events arrive one after another in their order, and nothing of what was talked about goes along', async (t) => {
  const { program, reaches } = recorder(t);
  const hooks = (await load(t, [program, 'x'], 's')) as Hooks;
  const tell = (type: string, properties?: unknown) => hooks.event({ event: { type, properties } });
  await tell('session.created', { info: { id: 'ses_1', title: 'secret' } });
  await tell('session.created', { info: { id: 'ses_2', parentID: 'ses_1' } });
  await tell('session.status', { sessionID: 'ses_1', status: { type: 'busy' } });
  await tell('message.part.updated', { part: { text: 'secret' } });
  await tell('session.idle');
  await hooks['tool.execute.before'](
    { tool: 'bash', sessionID: 'ses_2', callID: 'c' },
    { args: { command: 'secret' } },
  );
  await tell('session.idle', { sessionID: 'ses_2' });
  assert.deepEqual(await reaches(5), [
    'x hook opencode session.created {"sessionID":"ses_1"}',
    'x hook opencode session.created {"sessionID":"ses_2","parentID":"ses_1"}',
    'x hook opencode session.status {"sessionID":"ses_1","status":{"type":"busy"}}',
    'x hook opencode tool.execute.before {"sessionID":"ses_2","parentID":"ses_1","tool":"bash","callID":"c"}',
    'x hook opencode session.idle {"sessionID":"ses_2","parentID":"ses_1"}',
  ]);
});

test('of events that come faster than they are passed on, the newest are kept', async (t) => {
  const { program, reaches } = recorder(t);
  const hooks = (await load(t, [program], 's')) as Hooks;
  for (let n = 0; n < 200; n++)
    await hooks.event({ event: { type: 'session.idle', properties: { sessionID: `${n}` } } });
  const lines = await reaches(65);
  assert.match(lines[0]!, /"0"/);
  assert.deepEqual(
    lines.slice(1).map((line) => Number(/"(\d+)"/.exec(line)![1])),
    Array.from({ length: 64 }, (_, i) => 136 + i),
  );
});

test('outside a session it hears nothing, and a program that is gone disturbs nobody', async (t) => {
  assert.deepEqual(await load(t, ['rdv'], ''), {});
  const hooks = (await load(t, [join(folderFor(t), 'gone')], 's')) as Hooks;
  for (let n = 0; n < 3; n++) await hooks.event({ event: { type: 'session.idle', properties: { sessionID: 'a' } } });
});

test('it is known again with the program it runs, and so is a change in it', () => {
  const text = pluginText(["/it's/node", '/b "c"/rdv.cjs'], 'folders');
  assert.deepEqual(readPlugin(text), { program: ["/it's/node", '/b "c"/rdv.cjs'], made: 'folders', changed: false });
  assert.equal(readPlugin(text.replace('64', '65'))?.changed, true);
  assert.equal(readPlugin('export const Other = 1'), undefined);
});
