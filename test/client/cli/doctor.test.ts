/** `rdv doctor`: what a person reads, what a program reads, and a daemon that is away, silent or cannot start. */
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathsIn } from '#protocol/paths';
import { summary, wrap } from '../../../client/cli/findings.js';
import { startDaemon } from '../../support/daemon.js';
import { programsFor } from '../../support/doctor.js';
import { folderFor } from '../../support/whole.js';
import { inTerminal, rdv } from './program.js';

/** With an agent on the PATH, so that nothing is to be noted. */
const well = (t: TestContext) => ({
  LANG: 'C.UTF-8',
  PATH: `${programsFor(t, { claude: 'exit 1' })}:${process.env.PATH}`,
});

async function opened(t: TestContext) {
  const daemon = await startDaemon();
  t.after(() => daemon.stop());
  const environment = well(t);
  return { daemon, doctor: (...args: string[]) => rdv(daemon.home, ['doctor', ...args], environment) };
}

test('lines are broken at spaces, and checks are counted by how bad they are', () => {
  assert.deepEqual(wrap('one two three-and-more', 8), ['one two', 'three-and-more']);
  const check = (level: 'ok' | 'note' | 'failure') => ({ name: '', title: '', seen: '', level });
  assert.equal(summary([check('ok'), check('ok')]), 'All 2 checks are well.');
  const said = '1 failure, 2 notes; 1 of 4 checks are well (--verbose shows them).';
  assert.equal(summary([check('note'), check('failure'), check('note'), check('ok')]), said);
});

test('beside a daemon that is well it says so in one line and ends with 0', async (t) => {
  const { doctor } = await opened(t);
  const { code, stdout: all, stderr } = await doctor('--verbose');
  assert.equal(code, 0);
  assert.match(stderr, /^All \d\d checks are well\.\n$/);
  assert.match(all, /^ok\tdaemon\tanswers; reads and writes, .*tmux \S+ answers, .*\t$/m);
  assert.match(all, /^ok\tintegrity\tSQLite finds no damage\t$/m);
  const { stdout: json } = await doctor('--json');
  const { healthy, running, checks, fixes } = JSON.parse(json);
  assert.deepEqual([healthy, running, checks[0].name, fixes], [true, true, 'daemon', []]);
});

test('with the daemon away it notes so with the cure, starts none, and ends with 0', async (t) => {
  const { daemon, doctor } = await opened(t);
  await daemon.terminate();
  const { code, stdout } = await doctor();
  assert.deepEqual(
    [code, stdout],
    [0, 'note\tdaemon\tNo daemon runs; the next command starts one.\trdv daemon start\n'],
  );
});

test('what is wrong is told with its cure and ends with 1; --fix says what it did, and looks again', async (t) => {
  const { daemon, doctor } = await opened(t);
  const { cliToken } = pathsIn(daemon.home);
  chmodSync(cliToken, 0o644);
  const ill = await doctor();
  const seen = `${cliToken} has mode 0644, so others can get at it.`;
  assert.deepEqual([ill.code, ill.stdout], [1, `failure\tcli-token\t${seen}\tchmod 600 ${cliToken}\n`]);
  assert.match(ill.stderr, /^1 failure; \d+ of \d+ checks are well/);
  const fixed = await doctor('--fix');
  assert.deepEqual([fixed.code, fixed.stdout], [0, '']);
  assert.match(
    fixed.stderr,
    /^Put right \(cli-token\): .* has mode 0600 now, it had 0644\.\nAll \d\d checks are well\.\n$/,
  );
});

test('on a terminal the worst comes first, each with what to type below it', async (t) => {
  const home = folderFor(t);
  writeFileSync(pathsIn(home).config, '[cleanup\n');
  const screen = inTerminal(home, 'exec $RDV doctor --no-color', well(t));
  await screen.shows(/failure {2}configuration: No daemon starts with this:/);
  await screen.shows(/\n {9}cure: \$\{EDITOR:-vi\} \S+config\.toml\r\n/);
  await screen.shows(/note {5}daemon: No daemon runs; .*\r\n {9}cure: rdv daemon start/);
  assert.equal(await screen.ended, 1);
});

test('a daemon that is silent is told within seconds, with how to end it', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const { daemon, doctor } = await opened(t);
  process.kill(daemon.pid, 'SIGSTOP');
  try {
    const { code, stdout } = await doctor();
    assert.equal(code, 1);
    const said = `failure\tdaemon\tThe daemon does not answer within 3000 ms.\tkill -KILL ${daemon.pid}; rdv daemon start\n`;
    assert.ok(stdout.includes(said), stdout);
  } finally {
    process.kill(daemon.pid, 'SIGCONT');
  }
});

test('a token that does not fit the daemon is told', async (t) => {
  const { daemon, doctor } = await opened(t);
  writeFileSync(pathsIn(daemon.home).cliToken, 'rdv_cli_other\n');
  const { code, stdout } = await doctor();
  assert.equal(code, 1);
  assert.match(stdout, /^failure\tdaemon\tThe token is not valid\..*\tkill \d+; rdv daemon start$/m);
});

test("a daemon's program that is not there, or does not run, is told", async (t) => {
  const home = folderFor(t);
  const run = (program: string) => rdv(home, ['doctor'], { ...well(t), RDV_DAEMON: program });
  const missing = await run('/nowhere/rdvd.cjs');
  assert.equal(missing.code, 1);
  assert.match(missing.stdout, /^failure\tprogram\t\/nowhere\/rdvd\.cjs is not there\.\tnpm run build$/m);
  const broken = join(folderFor(t), 'rdvd.cjs');
  writeFileSync(broken, "require('no-such-package');");
  const { stdout } = await run(broken);
  assert.match(stdout, /^failure\tprogram\t.* ended with 1: .*Cannot find module 'no-such-package'\tnpm ci$/m);
});
