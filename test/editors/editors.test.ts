/** The small clients beside this file, each in its own editor or language, against a real daemon: by the pipe and by the socket. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Daemon, startDaemon } from '../support/daemon.js';
import { root } from '../support/documents.js';

let daemon: Daemon;
let folder: string;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rdv-editors-'));
  // They start `rdv`, as people do.
  writeFileSync(join(folder, 'rdv'), `#!/bin/sh\nexec ${process.execPath} ${join(root, 'dist/rdv.cjs')} "$@"\n`);
  chmodSync(join(folder, 'rdv'), 0o755);
  daemon = await startDaemon();
});
after(async () => {
  await daemon.stop();
  rmSync(folder, { recursive: true });
});

const file = (name: string) => join(root, 'test/editors', name);
const expected = ['renamed: 日本語 é 🚀', 'told: session/changed 日本語 é 🚀', 'error: 1404 SESSION_NOT_FOUND'];
const cancelled = 'cancelled: -32800 Cancelled';

interface Editor {
  readonly program: string;
  readonly args: readonly string[];
  readonly prints: 'stdout' | 'stderr';
  /** Its own arguments when it opens the socket; else it is told by RDV_HOME. */
  readonly socketArgs?: () => readonly string[];
  readonly says?: readonly string[];
}

const editors: Readonly<Record<string, Editor>> = {
  Neovim: {
    program: 'nvim',
    args: ['--headless', '-u', 'NONE', '-i', 'NONE', '-c', `luafile ${file('rdv.lua')}`],
    // Without a screen.
    prints: 'stderr',
  },
  Emacs: { program: 'emacs', args: ['-Q', '--batch', '-l', file('rdv.el'), '-f', 'rdv-demo'], prints: 'stdout' },
  Python: {
    program: 'python3',
    args: [file('rdv.py')],
    prints: 'stdout',
    socketArgs: () => [daemon.home],
    says: [...expected, cancelled],
  },
};

for (const [name, editor] of Object.entries(editors)) {
  const { program, args, socketArgs, says = expected } = editor;
  const skip = spawnSync(program, ['--version']).error ? `${program} is not installed` : false;
  test(`${name} renames a session, hears of it and meets an error, by the pipe and by the socket`, {
    skip,
  }, async () => {
    const bySocket = { ...editor, args: socketArgs ? [...args, ...socketArgs()] : args };
    const spoken = await Promise.all([run(editor), run(bySocket, { RDV_HOME: daemon.home })]);
    for (const text of spoken) assert.deepEqual(text.split(/[\r\n]+/).filter(Boolean), says);
  });
}

/** What it printed. */
function run({ program, args, prints }: Editor, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const PATH = `${folder}:${process.env.PATH}`;
  const env = { PATH, HOME: folder, LC_ALL: 'C.UTF-8', REMOTE_DEV_DIR: daemon.home, ...more };
  return new Promise((resolve, reject) => {
    execFile(program, args, { env, timeout: 60_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stdout}${stderr}`));
      else resolve(prints === 'stdout' ? stdout : stderr);
    });
  });
}
