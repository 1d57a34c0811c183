/** The doctor's checks of units: those that would end sessions, that start nothing any more, or that end at logout. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { UNIT_MARK } from '#protocol/units';
import { killModeIn } from '../../../daemon/doctor/unit.js';
import { finds, look, stoppedHome } from '../../support/doctor.js';
import { folderFor } from '../../support/whole.js';

/** A user's folder of systemd units, and one of users who linger. */
function unitsFor(t: TestContext) {
  const XDG_CONFIG_HOME = folderFor(t);
  const linger = folderFor(t);
  const folder = join(XDG_CONFIG_HOME, 'systemd', 'user');
  mkdirSync(folder, { recursive: true });
  return { folder, linger, how: { environment: { XDG_CONFIG_HOME }, setting: { linger, user: 'ann' } } };
}

test('kill-mode: a unit that would end every session is told, also when it is changed beside itself', async (t) => {
  const { home } = stoppedHome(t);
  const { folder, how } = unitsFor(t);
  assert.equal((await look('kill-mode', home, how)).level, 'ok');
  writeFileSync(join(folder, 'rdv.service'), '[Unit]\nKillMode=process\n[Service]\nExecStart=/bin/true\n');
  const cure = 'systemctl --user edit rdv.service  # add: [Service] and below it KillMode=process';
  const seen = /^KillMode is control-group in .*\/rdv\.service: stopping the unit ends every session\.$/;
  await finds('kill-mode', home, ['warning', seen, cure], how);
  mkdirSync(join(folder, 'rdv.service.d'));
  writeFileSync(join(folder, 'rdv.service.d', 'mode.conf'), '[Service]\nKillMode = process\n');
  assert.equal((await look('kill-mode', home, how)).level, 'ok');
});

test('kill-mode: our own unit is written again, but for what was changed beside it; launchd is told apart', async (t) => {
  const { home } = stoppedHome(t);
  const { folder, how } = unitsFor(t);
  writeFileSync(join(folder, 'rdv.service'), `# ${UNIT_MARK}\n[Service]\nExecStart="/bin/sh" "x"\nKillMode=mixed\n`);
  await finds('kill-mode', home, ['warning', /^KillMode is mixed/, 'rdv daemon install'], how);
  mkdirSync(join(folder, 'rdv.service.d'));
  writeFileSync(join(folder, 'rdv.service.d', 'mode.conf'), '[Service]\nKillMode=mixed\n');
  await finds('kill-mode', home, ['warning', /^KillMode is mixed/, /^systemctl --user edit rdv\.service/], how);
  const userHome = folderFor(t);
  mkdirSync(join(userHome, 'Library/LaunchAgents'), { recursive: true });
  const list = (abandon: string) =>
    `<plist>\n<!-- ${UNIT_MARK} -->\n<key>AbandonProcessGroup</key>\n<${abandon}/></plist>`;
  writeFileSync(join(userHome, 'Library/LaunchAgents/rdv.daemon.plist'), list('false'));
  const mac = { setting: { userHome } };
  await finds('kill-mode', home, ['warning', /^AbandonProcessGroup is not true/, 'rdv daemon install'], mac);
  writeFileSync(join(userHome, 'Library/LaunchAgents/rdv.daemon.plist'), list('true'));
  assert.equal((await look('kill-mode', home, mac)).level, 'ok');
});

test('unit: a program that has gone since is a failure, and our own unit is written again', async (t) => {
  const { home } = stoppedHome(t);
  const { folder, how } = unitsFor(t);
  assert.equal((await look('unit', home, how)).level, 'ok');
  const unit = (mark: string, node: string) =>
    writeFileSync(join(folder, 'rdv.service'), `${mark}\n[Service]\nExecStart="${node}" "/bin/sh" "--replace"\n`);
  unit(`# ${UNIT_MARK}`, '/old node/bin/node');
  const seen = /^rdv\.service starts \/old node\/bin\/node, which is not there\.$/;
  await finds('unit', home, ['failure', seen, 'rdv daemon install'], how);
  unit('', '/old node/bin/node');
  await finds('unit', home, ['failure', seen, 'systemctl --user edit --full rdv.service'], how);
  unit('', '/bin/sh');
  assert.equal((await look('unit', home, how)).level, 'ok');
});

test('kill-mode: the last one holds, and an empty one is the default again', () => {
  const mode = (...lines: string[]) => killModeIn([lines.join('\n')]);
  assert.equal(mode('[Service]', 'KillMode=mixed', 'KillMode=process'), 'process');
  assert.equal(mode('[Service]', 'KillMode=process', 'KillMode='), 'control-group');
  assert.equal(mode('[Service]', '#KillMode=process'), 'control-group');
});

test('linger: with a unit and without lingering it is told', async (t) => {
  const { home } = stoppedHome(t);
  const { folder, linger, how } = unitsFor(t);
  writeFileSync(join(folder, 'rdv.service'), '[Service]\nKillMode=process\n');
  await finds(
    'linger',
    home,
    ['warning', /^Lingering is off: systemd ends the daemon/, 'loginctl enable-linger ann'],
    how,
  );
  writeFileSync(join(linger, 'ann'), '');
  assert.equal((await look('linger', home, how)).level, 'ok');
  rmSync(join(folder, 'rdv.service'));
});
