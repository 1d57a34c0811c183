/** Hooks in JSON settings: what is put in comes out again, and nothing else changes by a byte. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { commandOf, type Making } from '../../../daemon/hooks/command.js';
import { claudeEvents } from '../../../daemon/hooks/events.js';
import { parseJson, Unreadable } from '../../../daemon/hooks/jsonc.js';
import { addHooks, EMPTY, findOurs, removeHooks } from '../../../daemon/hooks/settings.js';

const strict = { comments: false };
const relaxed = { comments: true };
const events = claudeEvents('2.1.233');
const runs = Number(process.env.RDV_HOOK_RUNS ?? 80);

const group = (event: string, made: Making) => ({
  hooks: [
    { type: 'command', command: commandOf(['/usr/bin/node', "/it's here/rdv.cjs"], 'claude', event, made), timeout: 5 },
  ],
});
const add = (text: string, dialect = strict, made: Making = 'hooks') => addHooks(text, events, group, made, dialect);

/** White space, and comments where they are allowed. */
const gap = (comments: boolean, eol: string) =>
  fc
    .array(
      fc.constantFrom(
        '',
        ' ',
        '\t',
        eol,
        ...(comments ? [`// "hooks": {}, \\${eol}`, '/* , } */', `/* ${eol} */`] : []),
      ),
      {
        maxLength: 3,
      },
    )
    .map((parts) => parts.join(''));

/** JSON texts as people write them: values between gaps of all kinds. */
function written(value: fc.Arbitrary<unknown>, comments: boolean, eol: string): fc.Arbitrary<string> {
  const space = gap(comments, eol);
  return value.chain((it) => write(it, space));
}

function write(value: unknown, space: fc.Arbitrary<string>): fc.Arbitrary<string> {
  if (typeof value !== 'object' || value === null) return fc.constant(JSON.stringify(value));
  const list = Array.isArray(value);
  const [open, close] = list ? ['[', ']'] : ['{', '}'];
  const entries = Object.entries(value).map(([key, each]) =>
    fc
      .tuple(
        space,
        list ? fc.constant('') : space.map((s) => `${JSON.stringify(key)}${s}:`),
        space,
        write(each, space),
        space,
      )
      .map((p) => p.join('')),
  );
  if (entries.length === 0) return space.map((s) => open + s + close);
  return fc.tuple(...entries).map((parts) => open + parts.join(',') + close);
}

const theirGroup = fc.oneof(
  fc.constant({ matcher: 'Bash', hooks: [{ type: 'command', command: 'echo hi' }] }),
  fc.constant({
    hooks: [
      { type: 'prompt', prompt: 'x' },
      { type: 'command', command: 'true # rdv' },
    ],
  }),
  fc.constant({}),
  fc.constant(null),
);
const theirHooks = fc.dictionary(
  fc.constantFrom('Stop', 'PreToolUse', 'Other', 'SessionEnd'),
  fc.array(theirGroup, { maxLength: 2 }),
);
const other = fc.dictionary(
  fc.string({ maxLength: 6 }).filter((key) => key !== 'hooks'),
  fc.jsonValue({ maxDepth: 2 }),
  { maxKeys: 3 },
);
const settings = fc
  .tuple(other, fc.option(theirHooks, { nil: undefined }), fc.boolean())
  .map(([rest, hooks, first]) => (hooks ? (first ? { hooks, ...rest } : { ...rest, hooks }) : rest));

const anyText = fc
  .tuple(
    fc.boolean(),
    fc.constantFrom('\n', '\r\n'),
    fc.constantFrom('', '\ufeff'),
    fc.constantFrom('', '\n', '\r\n', ' \n\n'),
  )
  .chain(([comments, eol, bom, end]) =>
    written(settings, comments, eol).map((body) => ({ text: bom + body + end, dialect: { comments } })),
  );

test('settings come back to their own bytes, whatever they look like', () => {
  fc.assert(
    fc.property(anyText, ({ text, dialect }) => {
      const added = add(text, dialect);
      assert.equal(removeHooks(added, dialect).text, text);
      assert.deepEqual(
        findOurs(added, dialect)
          .map(({ event }) => event)
          .sort(),
        [...events].sort(),
      );
    }),
    { numRuns: runs },
  );
});

test('settings as JSON.stringify prints them come back too, with any indentation', () => {
  fc.assert(
    fc.property(settings, fc.constantFrom(undefined, 1, 2, 4, '\t'), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      assert.equal(removeHooks(add(text), strict).text, text);
    }),
    { numRuns: runs },
  );
});

test('all that was in the settings means the same with ours beside it', () => {
  fc.assert(
    fc.property(anyText, ({ text, dialect }) => {
      const before = parseJson(text, dialect).value as Record<string, any>;
      const after = parseJson(add(text, dialect), dialect).value as Record<string, any>;
      const { hooks: old = {}, ...rest } = before;
      const { hooks, ...others } = after;
      assert.deepEqual(others, rest);
      for (const [event, groups] of Object.entries(old as Record<string, unknown[]>))
        assert.deepEqual(hooks[event].slice(0, groups.length), groups);
    }),
    { numRuns: runs },
  );
});

test('what somebody adds between stays when ours goes', () => {
  const edited = add('{\n  "model": "opus"\n}\n').replace('"model": "opus"', '"model": "haiku",\n  "env": {}');
  assert.equal(removeHooks(edited, strict).text, '{\n  "model": "haiku",\n  "env": {}\n}\n');

  const behind = add('{ "a": 1 }').replace(/ \}$/, ', "b": 2 }');
  assert.equal(removeHooks(behind, strict).text, '{ "a": 1, "b": 2 }');
});

test('hooks that somebody adds to what we made stay, and so does what holds them', () => {
  const value = JSON.parse(add(EMPTY, strict, 'file'));
  value.hooks.Stop.push({ hooks: [{ type: 'command', command: 'say done' }] });
  value.hooks.PreToolUse[0].hooks.unshift({ type: 'command', command: 'check' });
  const { text } = removeHooks(JSON.stringify(value, null, 2), strict);
  assert.deepEqual(JSON.parse(text), {
    hooks: {
      PreToolUse: [{ hooks: [{ type: 'command', command: 'check' }] }],
      Stop: [{ hooks: [{ type: 'command', command: 'say done' }] }],
    },
  });
});

test('settings that another program prints anew are left as it prints them', () => {
  const printed = JSON.stringify(
    JSON.parse(add('{"permissions":{"allow":["Bash(ls)"]},"hooks":{"Stop":[]}}')),
    null,
    2,
  );
  assert.equal(
    removeHooks(printed, strict).text,
    JSON.stringify({ permissions: { allow: ['Bash(ls)'] }, hooks: { Stop: [] } }, null, 2),
  );
});

test('a file we made is empty again', () => {
  assert.deepEqual(removeHooks(add(EMPTY, strict, 'folder'), strict), { text: EMPTY, made: 'folder' });
});

test('only what is no JSON with an object at the top is refused, and it is said where', () => {
  const cases: [string, RegExp][] = [
    ['', /Expected a JSON value \(line 1, column 1\)/],
    ['[]', /Expected an object in braces/],
    ['{\n  // mine\n}', /Comments are not allowed here \(line 2, column 3\)/],
    ['{"a": 1,}', /Expected a name in double quotes \(line 1, column 9\)/],
    ['{"a": 1} x', /Nothing may follow/],
    ['{"hooks": []}', /`hooks` is no object/],
    ['{"hooks": {"Stop": {}}}', /`hooks\.Stop` is no list/],
    ['{"hooks": {}, "hooks": {}}', /`hooks` stands in it twice/],
    [`${'['.repeat(5000)}`, /nested too deeply/],
  ];
  for (const [text, said] of cases)
    assert.throws(
      () => add(text),
      (error: Error) => error instanceof Unreadable && said.test(error.message),
      text,
    );
});

test('what is read as JSON is what JSON.parse reads', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.json().map((text) => text.slice(1)),
      ),
      (text) => {
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          return assert.throws(() => parseJson(text, strict), Unreadable);
        }
        assert.deepEqual(parseJson(text, strict).value, expected);
      },
    ),
    { numRuns: runs },
  );
});

test('comments stay where they are, also at the end of the line', () => {
  const text = '{ // mine\n  "a": 1 // the first\n  /* and that is all */\n}\n';
  const added = add(text, relaxed);
  assert.match(added, /"a": 1, \/\/ the first\n {2}"hooks": \{/);
  assert.equal(removeHooks(added, relaxed).text, text);
});
