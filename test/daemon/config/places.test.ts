/** Where keys stand in a TOML document, however it is written. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { placesIn } from '../../../daemon/config/places.js';

const place = (text: string, ...names: string[]) => {
  const found = placesIn(text)(names);
  return found && `${found.line}:${found.column}`;
};

const written: [text: string, names: string[], at: string | undefined][] = [
  ['a = 1', ['a'], '1:1'],
  ['a = 1', ['b'], undefined],
  ['\ufeffa = 1', ['a'], '1:2'],
  ['\r\n# a = 2\r\n  a = 1\r\n', ['a'], '3:3'],
  ['[t]\n\n\ta=1', ['t', 'a'], '3:2'],
  ['[t]\n\n\ta=1', ['t'], '1:2'],
  ['[ t . u ]\na = 1', ['t', 'u'], '1:7'],
  ['[[t]]\na = 1\n[[t]]\na = 2', ['t', 'a'], '2:1'],
  ['[["t"]]\nb = 1', ['t'], '1:3'],
  ['t.a = 1', ['t', 'a'], '1:3'],
  ['t . "a" = 1', ['t', 'a'], '1:5'],
  ["'t'.'a.b' = 1", ['t', 'a.b'], '1:5'],
  ['"\\u0061\\t\\"" = 1', ['a\t"'], '1:1'],
  ['t = { a = 1, b = { c = 2 } }', ['t', 'b', 'c'], '1:20'],
  ['t = { a = [ { x = 1 }, 2 ], b = 3 }', ['t', 'b'], '1:29'],
  ['a = """\nb = 1\n"""\nb = 2', ['b'], '4:1'],
  ["a = '''\nb = 1\n'''''\nb = 2", ['b'], '4:1'],
  ['a = "x\\"\\\\" # c\nb = 2', ['b'], '2:1'],
  ["a = 'x\\' # c\nb = 2", ['b'], '2:1'],
  ['a = [\n  "]", # ]\n  1,\n]\nb = 2', ['b'], '5:1'],
  ['a = 1979-05-27 07:32:00 # b\nb = 2', ['b'], '2:1'],
  ['a = [[1, 2], [], [ "x" ]]\n[t] # u\nb = +1_0.0e3', ['t', 'b'], '3:1'],
  ['[t]\na = {}\n[u]\na = []\nb = ""\nc = 1', ['u', 'c'], '6:1'],
];
for (const [text, names, at] of written) {
  test(`${names.join('.')} in ${JSON.stringify(text)} stands at ${at ?? 'no place'}`, () => {
    assert.ok(parse(text));
    assert.equal(place(text, ...names), at);
  });
}

const value = fc.oneof(
  ...['1', '-0.5', 'true', '"]}#,"', "'\\'", '"""\nx = 1\n[y]\n"""', "'''\n'''", '[]', '{}', '1979-05-27'].map((text) =>
    fc.constant(text),
  ),
  fc
    .array(fc.constantFrom('1', '"#"', '[ "," ]', '{ z = "}" }'), { maxLength: 3 })
    .map((items) => `[ ${items.join(' , # ,\n')} ]`),
);
const space = fc.constantFrom('', ' ', '\t');
const key = fc.nat({ max: 1000 }).map((n) => `k${n}`);

test('each key of any document is found where it was written', () => {
  const line = fc.record({ before: space, key, between: space, value, comment: fc.constantFrom('', ' # x = 1') });
  const table = fc.record({
    lines: fc.uniqueArray(line, { selector: ({ key: name }) => name, maxLength: 5 }),
    quoted: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(table, { maxLength: 5 }), (tables) => {
      let text = '';
      const expected: [string[], string][] = [];
      const add = (piece: string) => (text += piece);
      const here = () => `${text.split('\n').length}:${text.length - text.lastIndexOf('\n')}`;
      for (const [i, { lines, quoted }] of tables.entries()) {
        add('[');
        expected.push([[`t${i}`], here()]);
        add(quoted ? `"t${i}"] # [\n` : ` t${i} ]\n`.replace(' ', ''));
        for (const { before, key: name, between, value: given, comment } of lines) {
          add(before);
          expected.push([[`t${i}`, name], here()]);
          add(`${name}${between}=${between}${given}${comment}\n`);
        }
      }
      parse(text);
      const places = placesIn(text);
      for (const [names, at] of expected) {
        const { line: l, column } = places(names)!;
        assert.equal(`${l}:${column}`, at, text);
      }
    }),
    { numRuns: 300 },
  );
});

test('text of any kind is walked through to its end, and fast', { timeout: 20_000 }, () => {
  const pieces = fc.constantFrom('[', ']', '{', '}', '=', '"', "'", '"""', ',', '.', '#', '\n', '\\', 'a', ' ');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => void placesIn(parts.join(''))(['a'])),
    {
      numRuns: 3000,
    },
  );
  const long = Array.from({ length: 20_000 }, (_, i) => `k${i} = ${i}`).join('\n');
  assert.deepEqual(placesIn(long)(['k19999']), { line: 20_000, column: 1 });
});
