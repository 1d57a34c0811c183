/** The command of a hook, run by real shells. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commandOf, type Program, readCommand } from '../../../daemon/hooks/command.js';
import { folderFor } from '../../support/whole.js';

const shells = ['sh', 'bash', 'dash', 'zsh', 'fish'].filter((shell) => spawnSync(shell, ['-c', 'true']).status === 0);

test('a command of ours is known again, whatever the program is called', () => {
  const programs: Program[] = [
    ['/usr/bin/node', '/opt/rdv/rdv.cjs'],
    ['rdv'],
    ["/it's/a $(touch x)/node", '/b "c"/rdv.cjs'],
  ];
  for (const program of programs) {
    const command = commandOf(program, 'claude', 'PreToolUse', 'hooks');
    assert.deepEqual(readCommand(command), {
      program: [...program],
      agent: 'claude',
      event: 'PreToolUse',
      made: 'hooks',
    });
  }
  for (const other of ['rdv hook claude Stop', 'echo hook claude Stop # rdv hook, made: file', '', 7, undefined])
    assert.equal(readCommand(other), undefined);
});

for (const shell of shells) {
  test(`in ${shell} it runs the program within a session only, and never fails or says anything`, (t) => {
    const folder = join(folderFor(t), "it's $(echo here)");
    const seen = join(folder, 'seen');
    mkdirSync(folder);
    const program = join(folder, 'rdv');
    writeFileSync(
      program,
      `#!/bin/sh\necho "$@" >> "$(dirname "$0")/seen"; cat >> "$(dirname "$0")/seen"; echo out; echo err >&2; exit 2\n`,
    );
    chmodSync(program, 0o755);
    writeFileSync(seen, '');
    const run = (command: string, env: Record<string, string>) => {
      const { PATH = '' } = process.env;
      const { status, stdout, stderr } = spawnSync(shell, ['-c', command], {
        // Its start-up files are not ours.
        env: { PATH, HOME: folder, ...env },
        input: 'x'.repeat(300_000),
        encoding: 'utf8',
      });
      return { status, stdout, stderr };
    };
    const quiet = { status: 0, stdout: '', stderr: '' };
    const command = commandOf([program], 'claude', 'Stop', 'file');
    assert.deepEqual(run(command, {}), quiet);
    assert.equal(readSeen(seen), '');
    assert.deepEqual(run(command, { RDV_SESSION_ID: 's' }).status, 0);
    assert.match(readSeen(seen), /^hook claude Stop\nx{300000}$/);
    const gone = commandOf([join(folder, 'nothing'), 'rdv.cjs'], 'claude', 'Stop', 'file');
    assert.deepEqual(run(gone, { RDV_SESSION_ID: 's' }), quiet);
  });
}

function readSeen(path: string): string {
  return spawnSync('cat', [path], { encoding: 'utf8' }).stdout;
}
