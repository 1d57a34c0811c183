/** Every command of the tree with --json: one valid document, and nothing but cause and cure when it fails. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import type { Command } from 'commander';
import type * as z from 'zod';
import { methods } from '#protocol';
import { commandShapes } from '#protocol/commands';
import { type Answer, answerOf } from '../../../client/cli/answer.js';
import { buildProgram } from '../../../client/cli/full.js';
import { type Daemon, startDaemon } from '../../support/daemon.js';
import { placeIn } from '../../support/repository.js';
import { type Place, rows } from './json-rows.js';
import { rdv, start } from './program.js';

const commands = new Map<string, Command>();
walk(buildProgram('everything'), []);

function walk(command: Command, path: readonly string[]): void {
  const acts = (command as unknown as { _actionHandler: unknown })._actionHandler;
  if (acts) commands.set(path.join(' '), command);
  for (const child of command.commands) walk(child, [...path, child.name()]);
}

const saying = [...commands].filter(([, command]) => answerOf(command)?.of !== 'nothing');

test('every command says what it prints with --json, and has a case here', () => {
  assert.deepEqual(
    [...commands].filter(([, command]) => !answerOf(command)).map(([path]) => path),
    [],
  );
  assert.deepEqual(
    saying
      .map(([path]) => path)
      .filter((path) => path !== 'watch')
      .sort(),
    Object.keys(rows).sort(),
  );
});

let daemon: Daemon;
let folder: string;
let place: Place;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rdv-json-'));
  const repository = placeIn(folder).init('repository');
  repository.commit({ 'package.json': '{"name":"x"}' });
  place = { repository: repository.path, said: {} };
  daemon = await startDaemon({ environment: placeIn(folder).environment });
});
after(async () => {
  await rdv(daemon.home, ['bridge', 'stop']);
  await rdv(daemon.home, ['daemon', 'stop']);
  await daemon.stop();
  rmSync(folder, { recursive: true, force: true });
});

const textOf = (line: string | ((place: Place) => string), path: string) =>
  (typeof line === 'function' ? line(place) : line).replace(/^\$/, path);

interface End {
  readonly exit: number;
  readonly error?: { readonly code: string; readonly message: string; readonly cure: string };
}

/** All of it in one `rdv shell`, which prints what the commands print. */
function openShell(...options: string[]) {
  const child = start(daemon.home, ['shell', ...options], placeIn(folder).environment);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    stderr: () => stderr,
    async ask(line: string): Promise<{ results: any[]; end: End }> {
      child.stdin.write(`${line}\n`);
      for (const results: any[] = []; ; ) {
        const { value, done } = await lines.next();
        assert.ok(!done, `${line}: ${stderr}`);
        const record = JSON.parse(value);
        if ('exit' in record) return { results, end: record };
        assert.ok('result' in record, `${line} printed text: ${value}`);
        results.push(record.result);
      }
    },
    async close(): Promise<void> {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'close');
    },
  };
}

function schemaOf({ of }: Answer): z.ZodType {
  return of in commandShapes
    ? commandShapes[of as keyof typeof commandShapes]
    : (methods[of as keyof typeof methods].result as z.ZodType);
}

/** Nothing that the schema does not know: parsing would leave it out. */
function check(path: string, result: unknown): void {
  const parsed = schemaOf(answerOf(commands.get(path)!)!).safeParse(result);
  assert.ok(parsed.success, `${path}: ${JSON.stringify(parsed.error?.issues)}`);
  assert.deepEqual(result, parsed.data, path);
}

test('a command that fails prints nothing but one line of cause and one of cure', async () => {
  const lines = saying.flatMap(([path]) => [`${path} --nonsense`, ...badOf(path)]);
  const { stdout, stderr } = await rdv(
    daemon.home,
    ['shell', '--json'],
    placeIn(folder).environment,
    lines.map((line) => `${line}\n`).join(''),
  );
  assert.equal(stdout, '');
  const said = stderr.trimEnd().split('\n');
  const wrong = lines.filter((_, i) => {
    const [cause = '', cure = ''] = said.slice(2 * i, 2 * i + 2);
    return !(cause.startsWith(`rdv: line ${i + 1}: `) && cure !== '' && !/^(rdv:|\s|Error)/.test(cure));
  });
  assert.deepEqual([wrong, said.length], [[], 2 * lines.length], stderr);
});

function badOf(path: string): string[] {
  const [, bad] = rows[path] ?? [];
  return bad === undefined ? [] : [textOf(bad, path)];
}

test('every command prints one valid document, and ends with the right exit code', async () => {
  const { ask, close, stderr } = openShell('--jsonl');
  const wrong: string[] = [];
  for (const [path, [good, , code = 0]] of Object.entries(rows)) {
    const { stream } = answerOf(commands.get(path)!)!;
    try {
      const text = textOf(good, path);
      const { results, end } = text === '' ? { results: [], end: undefined } : await ask(text);
      if (end) assert.ok(stream ? results.length > 0 : results.length === 1, `${text}: ${JSON.stringify(end)}`);
      for (const result of results) check(path, result);
      (place.said as Record<string, unknown>)[path] = results[0];
      for (const bad of [`${path} --nonsense`, ...badOf(path)]) {
        const failed = await ask(bad);
        const { exit, error } = failed.end;
        const wanted = bad.endsWith('--nonsense') ? 2 : code;
        assert.ok(exit === wanted && failed.results.length === 0, `${bad}: ${exit}, not ${wanted}: ${error?.message}`);
        assert.ok(error?.message && error.cure && error.code, bad);
      }
    } catch (error) {
      wrong.push((error as Error).message);
    }
  }
  await close();
  assert.equal(wrong.join('\n'), '');
  assert.equal(stderr(), '');
});

test('streams print a valid object a line', async () => {
  const child = start(daemon.home, ['watch', '--jsonl'], placeIn(folder).environment);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value } = await lines.next();
  check('watch', JSON.parse(value));
  child.kill('SIGINT');
  assert.deepEqual(await once(child, 'close'), [130, null]);
});
