/** The reference: committed copies are fresh, and nothing of the protocol is missing from it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import * as z from 'zod';
import { allMethods, allNotifications, errors, limits, method, methods, stream } from '#protocol';
import { fieldTable, paramTable } from '#protocol/markdown';
import { jsonSchema } from '#protocol/openrpc';
import { commandLine, renderReference } from '#protocol/reference';
import { documents } from '../support/documents.js';

for (const { path, render } of documents) {
  test(`protocol/${basename(path)} is fresh (else run: npm run generate)`, () => {
    assert.ok(readFileSync(path, 'utf8') === render(), 'the committed copy differs from what the protocol says');
  });
}

test('every method, notification, error and limit stands in the reference', () => {
  const page = renderReference();
  const headings = [...allMethods, ...allNotifications].map(([name]) => `\n### ${name}\n`);
  const rows = [
    ...Object.entries(errors).map(([kind, { code }]) => `| ${kind} | ${code} |`),
    ...Object.entries({ ...limits, ...stream }).map(([name, value]) => `| \`${name}\` | ${value} |`),
  ];
  assert.deepEqual(
    [...headings, ...rows].filter((text) => !page.includes(text)),
    [],
  );
  assert.ok(headings.length > 30 && rows.length > 30);
});

test('links of the reference lead to one of its headings', () => {
  const page = renderReference();
  const anchors = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!.toLowerCase().replace(/[^\w -]/g, ''),
  );
  const links = new Set([...page.matchAll(/\]\(#([^)]*)\)/g)].map(([, link]) => link!));
  assert.ok(links.size > 20);
  assert.deepEqual(
    [...links].filter((link) => !anchors.includes(link)),
    [],
  );
});

test('a command line shows arguments, required options and whether there are more', () => {
  const lines = (['session/create', 'session/wait', 'session/rename'] as const).map((name) =>
    commandLine(name, methods[name]),
  );
  assert.deepEqual(lines, [
    'rdv session create [command...] [options]',
    'rdv session wait <id> --until <pattern|idle|state|exit> [options]',
    'rdv session rename <id> <name>',
  ]);
});

const odd = method({
  summary: 'Shows what fields can be.',
  effect: 'read',
  params: z.object({
    name: z.string().min(1).max(9).default('a|b').describe('One | two.'),
    idleMs: z.int().min(50).optional(),
    tags: z.array(z.enum(['x', 'y'])).max(3),
    env: z.record(z.string().regex(/^[A-Z]+$/), z.string()).nullable(),
    at: z.object({ bytes: z.int().nullable(), data: z.base64() }).optional(),
  }),
  result: z.object({
    seenAt: z.int().nullable().describe('When.'),
    rows: z.array(z.object({ ok: z.literal(true) })).optional(),
  }),
});

test('parameters are shown with type, bounds, unit, default and nested fields', () => {
  assert.deepEqual(paramTable(jsonSchema(odd.params, 'input')).trimEnd().split('\n').slice(2), [
    '| `name` | string, 1 to 9 characters | `"a\\|b"` | One \\| two. |',
    '| `idleMs` | integer, at least 50, ms |  |  |',
    '| `tags` | array of `x`, `y`, at most 3 entries | required |  |',
    '| `env` | map of string, keys matching `^[A-Z]+$` or null | required |  |',
    '| `at` | object |  |  |',
    '| `at.bytes` | integer, bytes or null | required |  |',
    '| `at.data` | base64 | required |  |',
  ]);
});

test('fields of a result are shown with whether they may be absent', () => {
  assert.deepEqual(fieldTable(jsonSchema(odd.result, 'output')).trimEnd().split('\n'), [
    '| Field | Type | Meaning |',
    '| --- | --- | --- |',
    '| `seenAt` | integer, Unix ms or null | When. |',
    '| `rows` (may be absent) | array of object |  |',
    '| `rows[].ok` | `true` |  |',
  ]);
});
