/** Help: every command tells what it does and shows a command line that works; what is mistyped is guessed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from 'commander';
import { examplesOf, pathOf } from '../../../client/cli/examples.js';
import { buildProgram } from '../../../client/cli/full.js';
import { readTyped } from '../../../client/cli/quoting.js';
import { usageError } from '../../../client/cli/usage.js';
import { inTerminal, rdv } from './program.js';

const program = buildProgram('everything');

function* allCommands(command: Command): Generator<Command> {
  yield command;
  for (const child of command.commands) yield* allCommands(child);
}
const commands = [...allCommands(program)];
const leaves = commands.filter((command) => command.commands.length === 0);

test('every command says what it does, in a sentence where it does something', () => {
  const silent = commands.filter((command) => command.description() === '');
  const unfinished = leaves.filter((command) => !/^[A-Z`].*\.$/s.test(command.description()));
  assert.deepEqual(
    [...silent, ...unfinished].map((command) => pathOf(command).join(' ')),
    [],
  );
  assert.ok(leaves.length > 140, `${leaves.length} commands`);
});

test('every option says what it is', () => {
  const silent = commands.flatMap((command) =>
    command
      .createHelp()
      .visibleOptions(command)
      .filter(({ description }) => /^(?:\(|$)/.test(description))
      .map(({ flags }) => `${pathOf(command).join(' ')} ${flags}`),
  );
  assert.deepEqual(silent, []);
});

test('every command shows an example of itself, which its own parser takes', async () => {
  const wrong: string[] = [];
  for (const command of leaves) {
    const examples = examplesOf(command);
    const path = pathOf(command).join(' ');
    if (examples.length === 0) wrong.push(`${path} has none`);
    if (!examples.some((line) => `${line} `.startsWith(`${path} `)))
      wrong.push(`${path} is not in ${examples.join(', ')}`);
    for (const line of examples) {
      const said = await refusal(line);
      if (said) wrong.push(`${line}: ${said}`);
    }
  }
  assert.deepEqual(wrong, []);
});

/** What the parser says against a command line of ours; what the shell does with it is left out. */
async function refusal(line: string): Promise<string | undefined> {
  const [ours = ''] = line.split(/ [|<>] | && /);
  const { before, word } = readTyped(ours);
  let ran = false;
  for (const leaf of leaves) leaf.action(() => void (ran = true));
  for (const command of commands) command.configureOutput({ outputError: () => {} });
  try {
    await program.parseAsync([...before, word].filter(Boolean), { from: 'user' });
    return ran ? undefined : 'nothing ran';
  } catch (error) {
    return (error as Error).message;
  }
}

test('the parser of that test refuses what is wrong', async () => {
  assert.match(String(await refusal('rdv ls --colour')), /unknown option '--colour'/);
  assert.match(String(await refusal('rdv session rename build')), /missing required argument 'name'/);
  assert.equal(await refusal('rdv inject api - < prompt.md'), undefined);
});

const run = (...args: string[]) => rdv('/nowhere/rdv', args, { RDV_NO_AUTOSTART: '1' });

test('`rdv --help` fits a screen, and shows what to begin with', async () => {
  const { code, stdout } = await run('--help');
  const lines = stdout.trimEnd().split('\n');
  assert.ok(code === 0 && lines.length < 24 && lines.every((line) => line.length <= 80), stdout);
  for (const name of ['ls', 'new', 'run', 'attach', 'watch', 'send', 'inject', 'screen', 'close', 'demo'])
    assert.match(stdout, new RegExp(`^ {2}${name} +[A-Z]`, 'm'));
  for (const { name } of program.commands.map((command) => ({ name: command.name() })))
    assert.match(stdout, new RegExp(`\\b${name}\\b`));
  const { code: alone, stdout: none, stderr } = await run();
  assert.deepEqual([alone, none, stderr], [2, '', stdout]);
});

test('`rdv help` before a command is `--help` behind it', async () => {
  for (const path of [[], ['session'], ['worktree', 'remove']]) {
    const { code, stdout, stderr } = await run('help', ...path);
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: (await run(...path, '--help')).stdout, stderr: '' });
  }
  const { code, stderr } = await run('help', 'session', 'lsit');
  assert.deepEqual(
    [code, stderr],
    [2, "rdv: unknown command 'lsit'\nDid you mean `rdv session list`? See `rdv session --help`.\n"],
  );
});

/** What is typed, and what is meant. */
const meant: Readonly<Record<string, string>> = {
  lss: 'rdv ls',
  attahc: 'rdv attach',
  sesion: 'rdv session',
  'sesion list': 'rdv session list',
  pref: 'rdv preference',
  'session lsit': 'rdv session list',
  'session delete x': 'rdv session close',
  'session show x': 'rdv session get',
  'worktree rm x': 'rdv worktree remove',
  sessions: 'rdv session',
  'sessions list': 'rdv session list',
  'list sessions': 'rdv session list',
  'create folder x': 'rdv folder create',
  'list preferences': 'rdv preference',
  'session/list': 'rdv session list',
  'rename a b': 'rdv session rename',
  list: 'rdv ls',
  'kill x': 'rdv close',
  'ls --fodler x': '--folder',
  'session list --stauts=active': '--status',
  'session --jsno': '--json',
  'ls --hlep': '--help',
  'inject x y --mode whenidle': 'whenIdle',
  'orchestrator create masetr': 'master',
  'completion zhs': 'zsh',
};
for (const [typed, expected] of Object.entries(meant)) {
  test(`\`rdv ${typed}\`: did you mean ${expected}?`, async () => {
    const [cause = '', cure = '', ...more] = (await said(typed)).split('\n');
    assert.match(cause, /^rdv: [^(]+$/);
    assert.ok(cure.startsWith(`Did you mean \`${expected}\`? See \`rdv`), cure);
    assert.deepEqual(more, ['']);
  });
}

test('where nothing is near, only the help is pointed to', async () => {
  for (const word of ['xyzzy', 'bogus', 'x'])
    assert.equal(await said(word), `rdv: unknown command '${word}'\nSee \`rdv --help\`.\n`);
  assert.equal(await said('ls --fast'), "rdv: unknown option '--fast'\nSee `rdv ls --help`.\n");
  assert.match(await said('completion sh'), /\nDid you mean `zsh`\?/);
  assert.match(await said('completion tcl'), /^.*\nSee `rdv completion --help`\.\n$/);
});

/** As it is told when such a line is run. */
async function said(typed: string): Promise<string> {
  let told = '';
  for (const command of commands)
    command.configureOutput({
      outputError(text) {
        const { cause, cure } = usageError(text, command);
        told = `rdv: ${cause}\n${cure}\n`;
      },
    });
  await assert.rejects(program.parseAsync(typed.split(' '), { from: 'user' }));
  return told;
}

test('a wide terminal and a narrow one are filled, not overrun', async () => {
  const screen = inTerminal('/nowhere/rdv', 'stty cols 60; $RDV --help; echo end');
  await screen.shows('end\r\n');
  assert.ok(
    screen.text.split('\r\n').every((line) => line.length <= 60),
    screen.text,
  );
});
