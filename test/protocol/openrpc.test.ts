/** The OpenRPC document: shaped as the specification says, complete, and open for newer fields. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { allMethods, allNotifications, errors, methods } from '#protocol';
import { errorsOf, jsonSchema, openRpc } from '#protocol/openrpc';

const document = openRpc();
const plain = JSON.parse(JSON.stringify(document));

/** Every object in a document, with the path to it. */
function* objectsIn(value: unknown, path = '$'): Generator<[string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [path, value as Record<string, unknown>];
  for (const [key, inner] of Object.entries(value)) yield* objectsIn(inner, `${path}.${key}`);
}

test('the document is plain JSON, the same on every call', () => {
  assert.deepEqual(plain, document);
  assert.deepEqual(openRpc(), document);
});

test('every method and notification stands in the document once, in the order of the table', () => {
  assert.deepEqual(
    document.methods.map(({ name }) => name),
    allMethods.map(([name]) => name),
  );
  assert.deepEqual(
    document['x-notifications'].map(({ name }) => name),
    allNotifications.map(([name]) => name),
  );
});

/** The fields OpenRPC 1.3 knows; anything else must begin with `x-`. */
const known = {
  document: ['openrpc', 'info', 'servers', 'methods', 'components', 'externalDocs'],
  method: [
    'name',
    'tags',
    'summary',
    'description',
    'externalDocs',
    'params',
    'result',
    'deprecated',
    'servers',
    'errors',
    'links',
    'paramStructure',
    'examples',
  ],
  descriptor: ['name', 'summary', 'description', 'required', 'schema', 'deprecated'],
};

function assertKnown(object: object, fields: readonly string[]) {
  const unknown = Object.keys(object).filter((key) => !key.startsWith('x-') && !fields.includes(key));
  assert.deepEqual(unknown, [], JSON.stringify(object).slice(0, 200));
}

test('document, methods and descriptors have the fields the specification names, and those it requires', () => {
  assert.match(document.openrpc, /^1\.3\.\d+$/);
  assert.ok(document.info.title && document.info.version);
  assertKnown(document, known.document);
  for (const method of document.methods) {
    assertKnown(method, known.method);
    assert.equal(method.paramStructure, 'by-name');
    for (const descriptor of [...method.params, method.result]) {
      assertKnown(descriptor, known.descriptor);
      assert.ok(descriptor.name && typeof descriptor.schema === 'object' && typeof descriptor.required === 'boolean');
    }
    assert.equal(new Set(method.params.map(({ name }) => name)).size, method.params.length);
    assert.equal(new Set(method.errors.map(({ code }) => code)).size, method.errors.length);
  }
});

test('a parameter is required exactly when a call without it is refused', () => {
  const told = document.methods.flatMap((m) => m.params.map((p) => [`${m.name} ${p.name}`, p.required] as const));
  const meant = allMethods.flatMap(([name, { params }]) =>
    Object.entries(params.shape).map(
      ([field, schema]) => [`${name} ${field}`, !(schema as z.ZodType).safeParse(undefined).success] as const,
    ),
  );
  assert.deepEqual(told, meant);
  assert.ok(told.length > 30);
});

test('no schema refers to another, closes itself to newer fields or speaks of safe integers', () => {
  const bad = [...objectsIn(plain)].filter(
    ([, o]) =>
      '$ref' in o ||
      '$schema' in o ||
      o.additionalProperties === false ||
      o.maximum === Number.MAX_SAFE_INTEGER ||
      o.minimum === Number.MIN_SAFE_INTEGER,
  );
  assert.deepEqual(bad, []);
});

test("'folder/delete' is described whole", () => {
  assert.deepEqual(
    plain.methods.find((m: { name: string }) => m.name === 'folder/delete'),
    {
      name: 'folder/delete',
      summary: methods['folder/delete'].summary,
      tags: [{ name: 'folder' }],
      paramStructure: 'by-name',
      params: [{ name: 'id', description: 'Folder id.', required: true, schema: { type: 'string', format: 'uuid' } }],
      result: {
        name: 'result',
        required: true,
        schema: { type: 'object', properties: { success: { type: 'boolean', const: true } }, required: ['success'] },
      },
      errors: errorsOf(methods['folder/delete']).map((kind) => ({ code: errors[kind].code, message: kind })),
      'x-effect': 'destroy',
      'x-http': ['DELETE /api/folders/:id'],
    },
  );
});

test('a schema that says nothing beyond zod is told as it stands', () => {
  const schema = jsonSchema(
    z.object({ n: z.int().min(1).max(3), s: z.string().regex(/^a+$/), d: z.base64() }),
    'output',
  );
  assert.deepEqual(JSON.parse(JSON.stringify(schema)), {
    type: 'object',
    properties: {
      n: { type: 'integer', minimum: 1, maximum: 3 },
      s: { type: 'string', pattern: '^a+$' },
      d: { type: 'string', contentEncoding: 'base64' },
    },
    required: ['n', 's', 'd'],
  });
});
