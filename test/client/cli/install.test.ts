/** `rdv daemon install`: what is written, that the daemon loses nothing by it, and how units and commands go together. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { look } from '../../support/doctor.js';
import { parsePlist } from '../../support/plist.js';
import { type Supervised, supervised } from '../../support/supervisors.js';
import { folderFor, whole } from '../../support/whole.js';
import { rdv } from './program.js';

const UNIT = '.config/systemd/user/rdv.service';
const PLIST = 'Library/LaunchAgents/rdv.daemon.plist';

/** Runs it with stand-ins, and expects an exit code. */
function runner(home: string, { environment }: Supervised) {
  return async (code: number, ...args: string[]) => {
    const outcome = await rdv(home, args, environment);
    assert.equal(outcome.code, code, `${args.join(' ')}: ${outcome.stdout}${outcome.stderr}`);
    return outcome;
  };
}

const statusPid = async (run: ReturnType<typeof runner>) =>
  JSON.parse((await run(0, 'daemon', 'status', '--json')).stdout).pid as number;

/** A daemon somebody started by hand, with a session; what was installed is gone after the test, however that ends. */
async function byHand(t: TestContext, place: Supervised) {
  const { daemon, client } = await whole(t);
  const run = runner(daemon.home, place);
  const { id } = await client.call('session/create', { name: 'kept', command: ['cat'] });
  const sessions = async () => {
    const { stdout } = await run(0, 'ls', '--json');
    const { sessions } = JSON.parse(stdout) as { sessions: { id: string; status: string }[] };
    return sessions.map((session) => [session.id, session.status]);
  };
  return { daemon, run, kept: async () => assert.deepEqual(await sessions(), [[id, 'active']]) };
}

/** Ends what a failed test has left, before its daemon is looked for. */
async function undo(run: ReturnType<typeof runner>, place: Supervised, test: () => Promise<void>): Promise<void> {
  try {
    await test();
  } finally {
    place.breakWith();
    await run(0, 'daemon', 'uninstall', '--force');
    await run(0, 'daemon', 'stop');
  }
}

test('systemd takes over the daemon that runs, restarts it in its place, and starts it for the next command', async (t) => {
  const place = supervised(t, 'systemd');
  const { daemon, run, kept } = await byHand(t, place);
  await undo(run, place, async () => {
    const { stderr } = await run(0, 'daemon', 'install');
    assert.match(stderr, /^Written: .*rdv\.service\.\nrdv\.service starts at each login, and runs now: pid \d+\.\n/);
    assert.match(stderr, new RegExp(`loginctl enable-linger ${userInfo().username}`));
    assert.deepEqual(
      place.calls().filter((call) => !/ show | show-user |reset-failed/.test(call)),
      ['systemctl --user daemon-reload', 'systemctl --user enable --now rdv.service'],
    );
    const first = await statusPid(run);
    assert.equal(first, place.pid('rdv.service'));
    assert.notEqual(first, daemon.pid);
    await kept();
    const text = place.file(UNIT);
    assert.match(text, new RegExp(`^Environment="REMOTE_DEV_DIR=${daemon.home}"$`, 'm'));

    const again = await run(0, 'daemon', 'install', '--linger');
    assert.match(again.stderr, /^rdv\.service starts at each login, and runs now: pid \d+\.\nLingering is on/);
    assert.deepEqual([place.file(UNIT), await statusPid(run)], [text, first], 'nothing to do is nothing done');
    assert.match((await run(0, 'daemon', 'status')).stderr, /rdv\.service keeps it running/);

    const { to } = JSON.parse((await run(0, 'daemon', 'restart', '--json')).stdout);
    assert.equal(to.pid, place.pid('rdv.service'), 'the unit keeps the new one too');
    await kept();

    const stopped = await run(0, 'daemon', 'stop');
    assert.match(stopped.stderr, /rdv\.service starts it at your next login, or with the next command/);
    assert.match((await run(69, 'daemon', 'status')).stderr, /journalctl --user -u rdv\.service/);
    await kept();
    assert.equal(await statusPid(run), place.pid('rdv.service'), 'a command starts it by its unit');

    await run(0, 'daemon', 'stop');
    place.breakWith('Failed to connect to bus: No medium found');
    await kept();
    place.breakWith();
    assert.match((await run(0, 'daemon', 'status')).stderr, /started beside it/);
    await run(0, 'daemon', 'restart');
    assert.equal(await statusPid(run), place.pid('rdv.service'), 'one beside the unit gives it back');

    assert.match((await run(0, 'daemon', 'uninstall')).stderr, /^Removed: .*rdv\.service\. Sessions live on/);
    assert.equal(place.has(UNIT), false);
    await run(69, 'daemon', 'status');
    assert.match((await run(0, 'daemon', 'uninstall')).stderr, /^There is no unit of rdv\.$/m);
    await kept();
  });
});

test('launchd takes it over, restarts and stops it in the same way', async (t) => {
  const place = supervised(t, 'launchd');
  const { run, kept } = await byHand(t, place);
  await undo(run, place, async () => {
    await run(0, 'daemon', 'install');
    const uid = userInfo().uid;
    assert.deepEqual(
      place.calls().filter((call) => !/ print /.test(call)),
      [`launchctl enable gui/${uid}/rdv.daemon`, `launchctl bootstrap gui/${uid} ${join(place.home, PLIST)}`],
    );
    parsePlist(place.file(PLIST));
    assert.equal(await statusPid(run), place.pid('rdv.daemon'));
    writeFileSync(join(place.home, PLIST), place.file(PLIST).replace('<integer>30<', '<integer>99<'));
    await run(0, 'daemon', 'install');
    assert.match(place.file(PLIST), /<integer>30</);
    assert.equal(await statusPid(run), place.pid('rdv.daemon'));
    await run(0, 'daemon', 'stop');
    await kept();
    assert.equal(await statusPid(run), place.pid('rdv.daemon'), 'a command starts it again');
    await run(0, 'daemon', 'uninstall');
    assert.equal(place.has(PLIST), false);
    await run(69, 'daemon', 'status');
  });
});

test('what is only to be seen is printed and nothing is done; one for the next login starts nothing', async (t) => {
  const place = supervised(t, 'systemd');
  const home = folderFor(t);
  const run = runner(home, place);
  const { stdout } = await run(0, 'daemon', 'install', '--dry-run', '--bridge');
  assert.match(stdout, /^\[Unit\]$[\s\S]+rdvd\.cjs[\s\S]+rdv-bridge\.cjs/m);
  const { files } = JSON.parse((await run(0, 'daemon', 'install', '--print', '--json')).stdout);
  assert.deepEqual([files.length, files[0].path], [1, join(place.home, UNIT)]);
  assert.deepEqual([place.calls(), place.has('.config')], [[], false]);
  const { stderr } = await run(0, 'daemon', 'install', '--no-start', '--bridge');
  assert.match(stderr, /rdv\.service and rdv-bridge\.service start at each login\.\n/);
  assert.deepEqual(
    place.calls().filter((call) => /enable r/.test(call)),
    ['systemctl --user enable rdv.service', 'systemctl --user enable rdv-bridge.service'],
  );
  await run(69, 'daemon', 'status');
  // The doctor takes what was written for right.
  for (const check of ['kill-mode', 'unit']) {
    const found = await look(check, home, { environment: place.environment, setting: { userHome: place.home } });
    assert.equal(found.level, 'ok', found.seen);
  }
  await run(0, 'daemon', 'uninstall');
  assert.equal(place.has('.config/systemd/user/rdv-bridge.service'), false);
});

test('a unit that somebody else wrote, or of another data folder, is left alone without --force', async (t) => {
  const place = supervised(t, 'systemd');
  const run = runner(folderFor(t), place);
  const file = join(place.home, UNIT);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '[Service]\nExecStart=/bin/true\n');
  for (const verb of ['install', 'uninstall']) {
    const { stderr } = await run(5, 'daemon', verb);
    assert.match(stderr, /rdv\.service was not written by rdv\.\n.*--force/);
  }
  assert.deepEqual([place.file(UNIT), place.calls()], ['[Service]\nExecStart=/bin/true\n', []]);
  await run(0, 'daemon', 'install', '--no-start', '--force');
  const other = runner(folderFor(t), place);
  assert.match((await other(5, 'daemon', 'install')).stderr, /is for another data folder/);
});

test('a unit that would end every session with the daemon is not stopped', async (t) => {
  const place = supervised(t, 'systemd');
  const { run, kept } = await byHand(t, place);
  await undo(run, place, async () => {
    await run(0, 'daemon', 'install');
    const ours = place.file(UNIT);
    const file = join(place.home, UNIT);
    writeFileSync(file, ours.replace('KillMode=process\n', ''));
    const { stderr } = await run(5, 'daemon', 'uninstall');
    assert.match(stderr, /^rdv: Stopping rdv\.service ends every session: KillMode is control-group\.\n.*rdv doctor/);
    await kept();
    assert.ok(place.has(UNIT));
    writeFileSync(file, ours);
  });
});

test('without systemd, with one that does not answer, and with a daemon that cannot start it says what to do', async (t) => {
  const home = folderFor(t);
  const none = supervised(t, 'systemd');
  const bare = runner(home, { ...none, environment: { ...none.environment, PATH: folderFor(t) } });
  assert.match((await bare(69, 'daemon', 'install')).stderr, /no `systemctl`.*\n.*rdv daemon start/);
  const place = supervised(t, 'systemd');
  const run = runner(home, place);
  place.breakWith('Failed to connect to bus: No medium found');
  const { stderr } = await run(69, 'daemon', 'install');
  assert.match(stderr, /does not answer: Failed to connect to bus: No medium found\n.*XDG_RUNTIME_DIR/);
  assert.equal(place.has(UNIT), false);
  place.breakWith();
  writeFileSync(join(home, 'config.toml'), 'no = [');
  const failed = await run(69, 'daemon', 'install');
  assert.match(failed.stderr, /systemd did not start rdv\.service: Job for rdv\.service failed.*\n.*journalctl/);
});
