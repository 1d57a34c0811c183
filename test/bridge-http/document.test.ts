/** The document that the bridge serves, put to use: a client is made from it, and answers are held against it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { generateApi } from 'swagger-typescript-api';
import * as z from 'zod';
import { openApi } from '#protocol/openapi';
import { bridged } from '../support/bridged.js';
import { root } from '../support/documents.js';
import { folderFor } from '../support/whole.js';

const run = promisify(execFile);

test('a TypeScript client made from the document compiles, lists and makes sessions, and is told errors', async (t) => {
  const { bridge } = await bridged(t, { config: '[bridge]\ntcp = true\n' });
  const served = await bridge.ask('GET', '/api/openapi.json');
  assert.deepEqual([served.status, served.body], [200, JSON.parse(JSON.stringify(openApi()))]);
  const folder = folderFor(t);
  await generateApi({ spec: served.body, output: folder, fileName: 'api.ts', silent: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'use.ts'), use);
  const options = ['--strict', '--target', 'es2022', '--module', 'nodenext', '--lib', 'es2023,dom,dom.iterable'];
  await run(join(root, 'node_modules/.bin/tsc'), [...options, '--types', '', join(folder, 'use.ts')], {
    cwd: folder,
  }).catch(({ stdout }) => assert.fail(stdout));
  const token = readFileSync(bridge.paths.serviceToken, 'utf8').trim();
  const { stdout } = await run(process.execPath, [join(folder, 'use.js'), `http://127.0.0.1:${bridge.port}`, token]);
  assert.deepEqual(JSON.parse(stdout), {
    before: 0,
    made: 'one',
    date: true,
    after: ['one'],
    failure: [404, 'SESSION_NOT_FOUND'],
  });
});

/** Typed all through: it would not compile if the document said something else. */
const use = `
import { Api } from './api.js';
declare const process: { argv: string[]; stdout: { write(text: string): void } };
const [, , baseUrl = '', token = ''] = process.argv;
const { api } = new Api({ baseUrl, baseApiParams: { headers: { 'x-rdv-service-token': token, 'x-rdv-user-id': 'ann' } } });
const before = (await api.sessionList()).data.sessions.length;
const { data: made } = await api.sessionCreate({ name: 'one', projectPath: '/tmp' });
const name: string = made.name;
const createdAt: string = made.createdAt;
const after: string[] = (await api.sessionList({ status: ['active'] })).data.sessions.map((session) => session.name);
const failed = await api.sessionGet('00000000-0000-4000-8000-000000000000').catch((response) => response);
const failure = [failed.status, failed.error.code];
const date = !Number.isNaN(Date.parse(createdAt)) && createdAt.includes('T');
process.stdout.write(JSON.stringify({ before, made: name, date, after, failure }));
`;

test('what is answered is what the document says', async (t) => {
  const { bridge } = await bridged(t);
  const ann = bridge.as('ann');
  const document = JSON.parse(JSON.stringify(openApi()));
  const resolve = (value: any): any => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(resolve);
    if (value.$ref)
      return resolve(
        value.$ref
          .split('/')
          .slice(1)
          .reduce((at: any, key: string) => at[key], document),
      );
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolve(each)]));
  };
  const answers = async (verb: string, path: string, body?: unknown, place = path.split('?')[0]!): Promise<any> => {
    const answer = await ann(verb, path, body);
    const { responses } = document.paths[place][verb.toLowerCase()];
    const { content } = resolve(responses[answer.status] ?? responses.default);
    const { error } = z.fromJSONSchema(content['application/json'].schema).safeParse(answer.body);
    assert.equal(error, undefined, `${verb} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const session = await answers('POST', '/api/sessions', { name: 'one', projectPath: '/tmp' });
  const folder = await answers('POST', '/api/folders', { name: 'one' });
  const none = '00000000-0000-4000-8000-000000000000';
  await answers('GET', '/api/sessions?status=active');
  await answers('GET', `/api/sessions/${session.id}`, undefined, '/api/sessions/{id}');
  assert.equal(
    (await answers('GET', `/api/sessions/${none}`, undefined, '/api/sessions/{id}')).code,
    'SESSION_NOT_FOUND',
  );
  await answers('PATCH', `/api/folders/${folder.id}`, { name: 7 }, '/api/folders/{id}');
  await answers('GET', '/api/folders');
  await answers('GET', `/api/folders/${folder.id}/context`, undefined, '/api/folders/{id}/context');
  await answers('GET', '/api/preferences');
  await answers('GET', `/api/preferences/folders/${folder.id}`, undefined, '/api/preferences/folders/{folderId}');
  await answers(
    'PUT',
    `/api/preferences/folders/${folder.id}`,
    { fontSize: 12 },
    '/api/preferences/folders/{folderId}',
  );
  await answers('GET', `/api/preferences/folders/${folder.id}`, undefined, '/api/preferences/folders/{folderId}');
  await answers('POST', '/api/keys', { name: 'one', expiresAt: '2099-01-01T00:00:00Z' });
  await answers('GET', '/api/keys');
  await answers('GET', '/health');
  await answers('POST', '/api/rpc', { jsonrpc: '2.0', id: 1, method: 'daemon/ping' });
});
