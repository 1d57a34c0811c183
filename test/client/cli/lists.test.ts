/** Every command that lists: rows for programs, without header and colours; a table with a header for people. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters as plain } from 'node:util';
import type { Command } from 'commander';
import * as z from 'zod';
import { type MethodName, methods } from '#protocol';
import { answerOf } from '../../../client/cli/answer.js';
import { pathOf } from '../../../client/cli/examples.js';
import { buildProgram } from '../../../client/cli/full.js';
import { createOutput, createVoice, type Output } from '../../../client/cli/output.js';
import { showResult } from '../../../client/cli/show.js';

const NAMES = /^(ls|list|children|branches|stalls|stalled)$/;
/** What has text of many lines is no table for people. */
const TEXTS = ['message list', 'interaction list'];

function* listsIn(command: Command): Generator<[path: string, method: MethodName]> {
  const method = answerOf(command)?.of as MethodName;
  if (NAMES.test(command.name())) yield [pathOf(command).slice(1).join(' '), method];
  for (const child of command.commands) yield* listsIn(child);
}
const lists = [...listsIn(buildProgram('everything'))];

let count = 0;

/** A value as the method may give it: two of each list, and texts that would move the cursor. */
function sampleOf(schema: any): unknown {
  const [first] = schema.anyOf ?? schema.oneOf ?? [];
  if (first) return sampleOf(first);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(sampleOf));
  if ('const' in schema) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.type === 'array') return [sampleOf(schema.items), sampleOf(schema.items)];
  if (schema.type === 'object')
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, of]) => [
        name,
        name === 'parentId' ? null : name === 'id' ? `id${++count}` : sampleOf(of),
      ]),
    );
  if (schema.type === 'boolean') return true;
  if (schema.type === 'integer' || schema.type === 'number') return ++count;
  if (schema.type !== 'string') return null;
  return schema.format || schema.pattern
    ? `${String(++count).padStart(8, '0')}-0000-4000-8000-000000000000`
    : `text ${'x'.repeat(++count % 9)}\t\x1b[31m\n${count}`;
}

const results = new Map(
  lists.map(([path, method]) => [path, sampleOf(z.toJSONSchema(methods[method].result, { unrepresentable: 'any' }))]),
);

const resultOf = (path: string) => results.get(path) as object;

/** What the command prints; `columns` of a terminal. */
async function printed(result: object, method: MethodName, columns?: number): Promise<string> {
  let text = '';
  const voice = { ...createVoice(), data: (more: string) => void (text += more) };
  const output: Output = { ...createOutput({ quiet: true }, voice), columns };
  const colors = Object.fromEntries(
    Object.keys(output.colors).map((name) => [name, (said: string) => (columns ? `\x1b[1m${said}\x1b[22m` : said)]),
  ) as unknown as Output['colors'];
  await showResult({ ...output, colors }, method, result);
  return text;
}

const cells = (line: string) => line.split('\t');

test('there are lists of all that rdv keeps', () => {
  assert.ok(lists.length >= 21, lists.join(', '));
});

test('for programs each is a row a line, tab-separated, without header and colours', async () => {
  for (const [path, method] of lists) {
    const text = await printed(resultOf(path), method);
    const lines = text.split('\n').slice(0, -1);
    const widths = new Set(lines.map((line) => cells(line).length));
    assert.ok(lines.length >= 2 && text.endsWith('\n'), `${path}: ${JSON.stringify(text)}`);
    assert.ok(widths.size === 1 && !widths.has(1), `${path}: ${JSON.stringify(text)}`);
    assert.doesNotMatch(text, /[\x00-\x08\x0b-\x1f\x7f]/, path);
    assert.ok(!cells(lines[0]!).every((cell) => /^[A-Z ]+$/.test(cell)), `${path}: ${lines[0]}`);
  }
});

test('for people each is a table with a header above aligned columns', async () => {
  for (const [path, method] of lists) {
    if (TEXTS.includes(path)) continue;
    const text = plain(await printed(resultOf(path), method, 240));
    const [header = '', ...rows] = text.trimEnd().split('\n');
    assert.match(header, /^[A-Z#]+( {1,}[A-Z#]+)+$/, `${path}: ${text}`);
    assert.ok(rows.length >= 2, `${path}: ${text}`);
    for (const { index } of header.matchAll(/(?<= {2})[A-Z]/g))
      for (const row of rows)
        assert.ok(row.length < index || /^ {2}(\S|\s*$| {2})/.test(row.slice(index - 2)), `${path}:\n${text}`);
  }
});

test('people read spans and small records as such; programs get them as they are', async () => {
  const status = { uptimeMs: 200_000, awayMs: 850, backend: { kind: 'tmux', socketName: null }, command: ['a', 'b'] };
  assert.equal(
    await printed(status, 'daemon/status', 80),
    'uptimeMs  3m\nawayMs    850 ms\nbackend   kind tmux, socketName -\ncommand   ["a","b"]\n',
  );
  assert.equal(
    await printed(status, 'daemon/status'),
    'uptimeMs\t200000\nawayMs\t850\nbackend\t{"kind":"tmux","socketName":null}\ncommand\t["a","b"]\n',
  );
});

test('a table with many columns is no wider than its terminal', async () => {
  const row = { name: 'rdv-'.padEnd(45, 'x'), windowCount: 1, created: 0, attached: false, id: 'y'.repeat(36) };
  const wide = await printed({ events: [row, row] }, 'event/list', 60);
  assert.ok(
    wide.split('\n').every((line) => line.length <= 60),
    wide,
  );
});

test('what was done to a session is said to a person in a line; programs get the session', async () => {
  const session = { id: 'x', name: 'api\x1b[31m' };
  assert.equal(await printed(session, 'session/suspend', 80), '');
  assert.equal(await printed(session, 'session/suspend'), 'id\tx\nname\tapi[31m\n');
});
