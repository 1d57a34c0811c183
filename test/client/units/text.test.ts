/** What the units say: quoted as systemd and launchd read it, complete, and with what the daemon needs. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { lastingEnvironment } from '../../../client/units/environment.js';
import { plistText } from '../../../client/units/launchd.js';
import { unitText } from '../../../client/units/systemd.js';
import type { Program } from '../../../client/units/unit.js';
import { killModeIn, programsIn } from '../../../daemon/doctor/unit.js';
import { parsePlist } from '../../support/plist.js';
import { folderFor } from '../../support/whole.js';

const odd = `a b%n$HOME "c" \\d 'é' ; #&<x>`;
const program = (more: Partial<Program> = {}): Program => ({
  ...{ part: 'daemon', argv: ['/n/node', '/d/rdvd.cjs', '--replace'], environment: { PATH: '/usr/bin' } },
  ...{ home: undefined, output: '/h/log' },
  ...more,
});
const without =
  spawnSync('systemd-analyze', ['--version']).status !== 0 && 'there is no systemd-analyze on this machine';

test('a unit names what is needed, and its data folder only when that is another one', () => {
  const text = unitText(program());
  for (const line of [
    'ExecStart="/n/node" "/d/rdvd.cjs" "--replace"',
    'Environment="PATH=/usr/bin"',
    'KillMode=process',
  ])
    assert.ok(text.split('\n').includes(line), line);
  assert.doesNotMatch(text, /REMOTE_DEV_DIR/);
  assert.match(unitText(program({ home: '/x y' })), /^Environment="REMOTE_DEV_DIR=\/x y"$/m);
  assert.equal(killModeIn([text]), 'process');
});

test('paths with spaces, quotes, percent and dollar signs come back from a unit and a property list as they were', () => {
  const argv = [`/n/${odd}`, `/d/${odd}/rdvd.cjs`, '--replace'];
  assert.deepEqual(programsIn(unitText(program({ argv }))), ['/usr/bin/env', ...argv.slice(0, 2)]);
  assert.deepEqual(programsIn(unitText(program({ argv: ['/n/a b%n$HOME', '/d'] }))), ['/n/a b%n$HOME', '/d']);
  assert.deepEqual(programsIn(plistText(program({ argv }))), argv.slice(0, 2));
});

test('systemd itself takes both units for right, whatever is in their paths', { skip: without }, (t) => {
  const units = ['a b%n$HOME é', odd].flatMap((name) => {
    const folder = join(folderFor(t), name);
    mkdirSync(folder);
    const node = join(folder, 'node');
    writeFileSync(node, '#!/bin/sh\n', { mode: 0o755 });
    const environment = { PATH: `/usr/bin:${folder}`, LANG: 'C.UTF-8' };
    return (['daemon', 'bridge'] as const).map((part) => {
      const file = join(folderFor(t), part === 'daemon' ? 'rdv.service' : 'rdv-bridge.service');
      const argv = [node, `${folder}/x.cjs`, '--replace'];
      writeFileSync(file, unitText(program({ part, argv, environment, home: folder })));
      return file;
    });
  });
  // A manager of its own for the check, which writes nowhere.
  const env = { ...process.env, XDG_RUNTIME_DIR: folderFor(t), HOME: folderFor(t), SYSTEMD_LOG_LEVEL: 'info' };
  const verify = (files: string[]) =>
    spawnSync('systemd-analyze', ['--user', '--man=no', 'verify', ...files], { env, encoding: 'utf8' });
  for (const pair of [units.slice(0, 2), units.slice(2)]) {
    const { status, stderr } = verify(pair);
    assert.deepEqual([status, stderr], [0, '']);
  }
  writeFileSync(units[0]!, unitText(program()).replace('KillMode=process', 'KillMode=nothing'));
  assert.match(verify([units[0]!]).stderr, /KillMode|not executable|No such file/);
});

test('a property list is one, and lets agents live on when the daemon is stopped', () => {
  const list = parsePlist(
    plistText(program({ argv: [`/n/${odd}`, '/d/rdvd.cjs'], environment: { PATH: odd }, home: odd })),
  );
  assert.deepEqual(list, {
    Label: 'rdv.daemon',
    ProgramArguments: [`/n/${odd}`, '/d/rdvd.cjs'],
    EnvironmentVariables: { PATH: odd, REMOTE_DEV_DIR: odd },
    RunAtLoad: true,
    KeepAlive: { SuccessfulExit: false },
    ThrottleInterval: 30,
    ExitTimeOut: 45,
    AbandonProcessGroup: true,
    ProcessType: 'Interactive',
    SoftResourceLimits: { NumberOfFiles: 4096 },
    StandardErrorPath: '/h/log',
  });
  assert.throws(() => parsePlist(plistText(program()).replace('</dict>', '')));
  assert.throws(() => parsePlist(plistText(program({ home: 'a' })).replace('>a<', '>a & b<')), /bare &/);
});

test('of the environment what lasts is taken: no path of one login or of npm, and no secret', () => {
  assert.deepEqual(
    lastingEnvironment({
      PATH: '/home/a/.local/bin:bin::/x/node_modules/.bin:/run/user/7/fnm/bin:/r/t/bin:/usr/bin:/home/a/.local/bin',
      XDG_RUNTIME_DIR: '/r/t',
      XDG_DATA_HOME: '/data',
      LC_ALL: 'de_DE.UTF-8',
      LANG: '',
      SSH_AUTH_SOCK: '/tmp/agent',
      RDV_TOKEN: 'secret',
      DISPLAY: ':0',
    }),
    {
      PATH: '/home/a/.local/bin:/usr/bin:/usr/local/bin:/bin',
      LC_ALL: 'de_DE.UTF-8',
      XDG_DATA_HOME: '/data',
    },
  );
  assert.equal(lastingEnvironment({}).PATH, '/usr/local/bin:/usr/bin:/bin');
  assert.ok(execFileSync('env', { env: lastingEnvironment(process.env), encoding: 'utf8' }).includes('PATH='));
});
