/** Flat fields: what a method's parameters become as flags and query strings, and text as values. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { allMethods, RpcError } from '#protocol';
import { absolutePath } from '#protocol/absolute';
import { type Field, fields, fromText } from '#protocol/fields';

const cases: [string, z.ZodType, Partial<Field>][] = [
  ['a string', z.string(), { type: 'string', required: true }],
  ['an id', z.uuid().describe('Session id.'), { type: 'string', required: true, description: 'Session id.' }],
  ['a nullable string', z.string().nullable(), { type: 'string', required: true, nullable: true }],
  ['a nullable integer', z.int().nullable().optional(), { type: 'number', required: false, nullable: true }],
  ['an integer', z.int().min(1).optional(), { type: 'number', required: false }],
  ['a number', z.number(), { type: 'number', required: true }],
  ['a default', z.int().default(80), { type: 'number', required: false, default: 80 }],
  ['a false default', z.boolean().default(false), { type: 'boolean', required: false, default: false }],
  [
    'a choice',
    z.enum(['rw', 'ro']).default('rw'),
    { type: 'string', required: false, choices: ['rw', 'ro'], default: 'rw' },
  ],
  [
    'a nullable choice',
    z.enum(['a']).nullable().describe('Why.'),
    { type: 'string', required: true, nullable: true, choices: ['a'], description: 'Why.' },
  ],
  ['a list', z.array(z.string()).optional(), { type: 'list', required: false }],
  ['a nullable list', z.array(z.string()).nullable(), { type: 'list', required: true, nullable: true }],
  ['a list of choices', z.array(z.enum(['a', 'b'])), { type: 'list', required: true, items: ['a', 'b'] }],
  ['a list of numbers', z.array(z.int()), { type: 'json', required: true }],
  ['a path', absolutePath.optional(), { type: 'path', required: false }],
  ['a nullable path', absolutePath.nullable(), { type: 'path', required: true, nullable: true }],
  ['a map', z.record(z.string(), z.string()).optional(), { type: 'map', required: false }],
  ['a map of anything', z.record(z.string(), z.unknown()), { type: 'json', required: true }],
  ['an object', z.object({ a: z.int() }), { type: 'json', required: true }],
];

for (const [what, schema, expected] of cases) {
  test(`${what} is a ${expected.type} field`, () => {
    assert.deepEqual(fields({ params: z.object({ it: schema }) }), [{ name: 'it', description: '', ...expected }]);
  });
}

test('every method has its fields in the order of its parameters, and arguments among them', () => {
  for (const [name, method] of allMethods) {
    const names = fields(method).map((field) => field.name);
    assert.deepEqual(names, Object.keys(method.params.shape), name);
    for (const arg of method.args ?? []) assert.ok(names.includes(arg), `${name} has no parameter ${arg}`);
  }
  assert.ok(allMethods.length > 20);
});

test('every argument list may be typed: nothing required after optional, a list only at the end', () => {
  for (const [name, method] of allMethods) {
    const args = (method.args ?? []).map((arg) => fields(method).find((field) => field.name === arg)!);
    const firstOptional = args.findIndex((field) => !field.required);
    assert.ok(firstOptional < 0 || args.slice(firstOptional).every((field) => !field.required), name);
    assert.ok(
      args.slice(0, -1).every((field) => field.type !== 'list'),
      name,
    );
  }
});

const texts: [Field['type'], string, unknown][] = [
  ['string', '', ''],
  ['string', '42', '42'],
  ['number', '42', 42],
  ['number', ' -1.5 ', -1.5],
  ['boolean', 'true', true],
  ['boolean', '1', true],
  ['boolean', '', true],
  ['boolean', 'false', false],
  ['boolean', '0', false],
  ['list', '', []],
  ['list', 'a,b', ['a', 'b']],
  ['map', 'KEY=a=b', { KEY: 'a=b' }],
  ['map', 'KEY=', { KEY: '' }],
  ['json', '{"a":[1]}', { a: [1] }],
];

const field = (type: Field['type']): Field => ({ name: 'it', type, required: true, description: '' });

for (const [type, text, value] of texts) {
  test(`"${text}" as ${type} is ${JSON.stringify(value)}`, () => assert.deepEqual(fromText(field(type), text), value));
}

test('`none` is null where null may be given, and a text where it may not', () => {
  assert.equal(fromText({ ...field('path'), nullable: true }, 'none'), null);
  assert.equal(fromText({ ...field('number'), nullable: true }, 'none'), null);
  assert.equal(fromText(field('string'), 'none'), 'none');
});

const refused: [Field['type'], string, string][] = [
  ['number', '', 'Expected `it` to be a number, got "".'],
  ['number', 'ten', 'Expected `it` to be a number, got "ten".'],
  ['number', 'Infinity', 'Expected `it` to be a number, got "Infinity".'],
  ['boolean', 'yes', 'Expected `it` to be true or false, got "yes".'],
  ['map', 'KEY', 'Expected `it` to be KEY=value, got "KEY".'],
  ['map', '=x', 'Expected `it` to be KEY=value, got "=x".'],
  ['json', '{', 'Expected `it` to be JSON, got "{".'],
];

for (const [type, text, message] of refused) {
  test(`"${text}" as ${type} is refused with what was expected`, () => {
    assert.throws(
      () => fromText(field(type), text),
      (error) => error instanceof RpcError && error.kind === 'InvalidParams' && error.message === message,
    );
  });
}
