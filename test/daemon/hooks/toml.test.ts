/** Hooks in Codex's configuration: a block that comes out again, and nothing else changes by a byte. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { commandOf } from '../../../daemon/hooks/command.js';
import { CODEX } from '../../../daemon/hooks/events.js';
import { Unreadable } from '../../../daemon/hooks/jsonc.js';
import { addHooks, findOurs, removeHooks } from '../../../daemon/hooks/toml.js';

const runs = Number(process.env.RDV_HOOK_RUNS ?? 100);
const command = (event: string) => commandOf(['/usr/bin/node', "/it's here/rdv.cjs"], 'codex', event, 'file');
const add = (text: string) => addHooks(text, CODEX, command, 5);

const lines = fc.constantFrom(
  'model = "gpt-5"',
  'notify = ["python3", "/home/ann/notify.py"] # mine',
  '# a note',
  '',
  '  \t',
  "text = '''\n# >>> not ours >>>\n'''",
  'list = [\n  1, # one\n  2,\n]',
);
const tables = fc.constantFrom(
  '[mcp_servers.x]\ncommand = "npx"',
  '[[hooks.Stop]]\n[[hooks.Stop.hooks]]\ntype = "command"\ncommand = "say done"',
  '[features]\nhooks = true',
  '[projects."/work/a b"]\ntrust_level = "trusted"',
  '[[hooks.Other]]\nmatcher = "x" # "',
);
const anyText = fc
  .tuple(
    fc.constantFrom('', '\ufeff'),
    fc.uniqueArray(lines, { maxLength: 4 }),
    fc.uniqueArray(tables, { maxLength: 3 }),
    fc.constantFrom('\n', '\r\n'),
    fc.constantFrom('', '\n', '\n\n', ' # the end'),
  )
  .map(([bom, top, below, eol, end]) => bom + ([...top, ...below].join('\n') + end).replaceAll('\n', eol))
  .filter((text) => isToml(text));

function isToml(text: string): boolean {
  try {
    parse(text.replace('\ufeff', ''));
    return true;
  } catch {
    return false;
  }
}

test('a configuration comes back to its own bytes, whatever it looks like', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const added = add(text);
      assert.deepEqual(removeHooks(added), { text, made: 'file' });
      assert.deepEqual(
        findOurs(added)
          .map(({ event }) => event)
          .sort(),
        [...CODEX].sort(),
      );
    }),
    { numRuns: runs },
  );
});

test('what the user writes around the block meanwhile stays', () => {
  const added = add('model = "a"');
  const edited = `# new\n${added.replace('model = "a"', 'model = "b"')}\n[tui]\nnotifications = true\n`;
  assert.equal(removeHooks(edited).text, '# new\nmodel = "b"\n[tui]\nnotifications = true\n');
});

test('hooks of the user for the same event stay and come first', () => {
  const theirs = '[[hooks.Stop]]\n[[hooks.Stop.hooks]]\ntype = "command"\ncommand = "say done"\n';
  const { hooks } = parse(add(theirs)) as { hooks: { Stop: { hooks: { command: string }[] }[] } };
  assert.deepEqual(
    hooks.Stop.map((group) => group.hooks[0]!.command),
    ['say done', command('Stop')],
  );
});

test('what cannot be added to, or taken apart safely, is refused in words', () => {
  const refused = (act: () => unknown, said: RegExp) =>
    assert.throws(act, (error: Error) => error instanceof Unreadable && said.test(error.message));
  refused(() => add('a = 1\nmodel = '), /^Invalid TOML document: .* \(line 2, column \d+\)\.$/);
  refused(() => add('hooks = {}'), /tables cannot be added to/);
  refused(() => add('hooks.Stop = [{ hooks = [] }]'), /tables cannot be added to/);
  const added = add('');
  refused(
    () => removeHooks(added.replace('timeout = 5', 'timeout = 5\nenv = "mine"')),
    /Something of yours stands between.*env = "mine"/,
  );
  refused(() => removeHooks(added.replace(/^# >>>.*\n/, '')), /lines that mark the hooks of rdv are gone/);
  refused(() => removeHooks(added.replace(/^# <<<.*\n/m, '')), /"# <<< rdv hooks <<<" is gone/);
});
