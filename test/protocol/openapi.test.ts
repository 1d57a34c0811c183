/** The OpenAPI document: valid, complete, unambiguous, and with times as texts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import * as z from 'zod';
import { allMethods, httpOf } from '#protocol';
import { answered, sent } from '#protocol/answers';
import { openApi } from '#protocol/openapi';

const document = openApi();
const operations = Object.entries(document.paths).flatMap(([path, verbs]) =>
  Object.entries(verbs).map(([verb, operation]) => ({ at: `${verb.toUpperCase()} ${path}`, ...(operation as any) })),
);

test('the document is valid, plain JSON, and the same on every call', async () => {
  const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document)));
  assert.deepEqual([valid, errors ?? []], [true, []]);
  assert.deepEqual(JSON.parse(JSON.stringify(document)), openApi());
});

test('every route of the table stands in it, and the paths that are none; operations have names of their own', () => {
  const routes = allMethods.flatMap(([, method]) =>
    httpOf(method).routes.map((each) => each.replace(/:(\w+)/g, '{$1}')),
  );
  const others = ['GET /health', 'GET /api/events', 'GET /api/openapi.json', 'POST /api/rpc'];
  assert.deepEqual(operations.map(({ at }) => at).sort(), [...routes, ...others].sort());
  assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
  for (const { at, operationId } of operations) assert.match(operationId, /^[a-z]\w+$/, at);
});

test('every reference leads somewhere, and every name is used', () => {
  const text = JSON.stringify(document);
  const { schemas, responses } = document.components as { schemas: object; responses: object };
  const used = new Set([...text.matchAll(/"#\/components\/(\w+\/\w+)"/g)].map(([, name]) => name));
  const there = [
    ...Object.keys(schemas).map((name) => `schemas/${name}`),
    ...Object.keys(responses).map((name) => `responses/${name}`),
  ];
  assert.deepEqual(
    [...used].filter((name) => !there.includes(name!)),
    [],
  );
  assert.deepEqual(
    there.filter((name) => name.startsWith('schemas/') && !used.has(name)),
    [],
  );
  assert.doesNotMatch(text, /Unix ms\b(?!\.")|"title":"[A-Z]/);
});

const at = z.int().nullable().describe('Seen then, Unix ms; null for never.');
const Inner = z.object({ createdAt: z.int().describe('Unix ms.'), count: z.int() });
const time = { type: 'string', format: 'date-time' };

test('times are texts and say no unit; what is answered is one field with the others added', () => {
  const result = z.object({ inner: Inner.nullable(), lastSeenAt: at, list: z.array(Inner) });
  const inner = { type: 'object', properties: { createdAt: time, count: { type: 'integer' } } };
  const plain = JSON.parse(JSON.stringify(answered(result, undefined, {})));
  assert.deepEqual(plain.properties.list, { type: 'array', items: { ...inner, required: ['createdAt', 'count'] } });
  const seen = plain.properties.lastSeenAt;
  assert.equal(seen.description, 'Seen then; null for never.');
  assert.doesNotMatch(JSON.stringify(seen), /integer|m(in|ax)imum/);
  const main = JSON.parse(JSON.stringify(answered(result, 'inner', {})));
  assert.deepEqual(
    main.anyOf.map(({ properties, required, type }: any) => [Object.keys(properties ?? {}), required, type]),
    [
      [['createdAt', 'count', 'lastSeenAt', 'list'], ['createdAt', 'count', 'lastSeenAt', 'list'], 'object'],
      [[], undefined, 'null'],
    ],
  );
  assert.deepEqual(JSON.parse(JSON.stringify(sent(z.object({ expiresAt: z.int().min(0).optional() })))), {
    properties: { expiresAt: time },
    required: [],
  });
});
