/** Units by the user's own systemd. */
import { join } from 'node:path';
import { RpcError } from '#protocol/errors';
import { systemdFolder } from '#protocol/units';
import { type Answer, ask, refused } from './ask.js';
import { environmentLine, unitName, unitText } from './systemd.js';
import type { Part, Supervisor } from './unit.js';

const systemctl = (args: readonly string[], signal?: AbortSignal) => ask('systemctl', ['--user', ...args], signal);

export function systemd(environment: Readonly<Record<string, string | undefined>>, userHome: string): Supervisor {
  const folder = systemdFolder(environment, userHome);
  return {
    kind: 'systemd',
    name: unitName,
    file: (part) => join(folder, unitName(part)),
    text: unitText,
    homeLine: (home) => environmentLine('REMOTE_DEV_DIR', home),
    reach,
    async enable(part, start) {
      await expect('systemd does not read the unit', await systemctl(['daemon-reload']), part);
      if (start) await forgetFailures(part);
      const answer = await systemctl(['enable', ...(start ? ['--now'] : []), unitName(part)]);
      await expect(`systemd did not ${start ? 'start' : 'enable'} ${unitName(part)}`, answer, part);
    },
    async start(part, signal) {
      await forgetFailures(part, signal);
      await expect(`systemd did not start ${unitName(part)}`, await systemctl(['start', unitName(part)], signal), part);
    },
    async endsSessions(part) {
      const { stdout } = await systemctl(['show', '--property=KillMode', '--value', unitName(part)]);
      return /^(control-group|mixed)$/.test(stdout.trim()) ? `KillMode is ${stdout.trim()}` : undefined;
    },
    async disable(part) {
      await expect(
        `systemd did not stop ${unitName(part)}`,
        await systemctl(['disable', '--now', unitName(part)]),
        part,
      );
    },
    async forget() {
      const answer = await systemctl(['daemon-reload']);
      if (answer.code !== 0) throw refused('systemd does not look again', answer, 'systemctl --user daemon-reload');
    },
    async pid(part) {
      const { stdout } = await systemctl(['show', '--property=MainPID', '--value', unitName(part)]);
      return Number(stdout.trim()) || undefined;
    },
    inquiry,
  };
}

const inquiry = (part: Part) => `journalctl --user -u ${unitName(part)} -n 20`;

/** Who starts it by hand is not held up by starts that failed before. It fails where there were none. */
const forgetFailures = (part: Part, signal?: AbortSignal) => systemctl(['reset-failed', unitName(part)], signal);

async function reach(): Promise<void> {
  const answer = await systemctl(['show', '--property=Version']);
  if (answer.code === 0) return;
  const details = (cure: string) => ({ code: 'NO_SUPERVISOR', details: { cure } });
  if (answer.code === undefined)
    throw new RpcError(
      'Unavailable',
      'There is no systemd on this system (no `systemctl`).',
      details('Start it without a unit: `rdv daemon start`. In a container let its own start run `rdv daemon run`.'),
    );
  const [why = 'it said nothing.'] = answer.stderr.trim().split('\n');
  throw new RpcError(
    'Unavailable',
    `Your own systemd does not answer: ${why}`,
    details(
      'Log in as yourself, not by su or sudo; by ssh: export XDG_RUNTIME_DIR=/run/user/$(id -u). Without systemd: `rdv daemon start`.',
    ),
  );
}

/** What a program of ours exits with when its configuration cannot be. */
const WRONG_SETTINGS = '2';

async function expect(what: string, answer: Answer, part: Part): Promise<void> {
  if (answer.code === 0) return;
  if (/does not exist|not found/i.test(answer.stderr)) throw refused(what, answer, ELSEWHERE);
  // One that was given up is not asked again.
  const wrong = answer.code !== undefined && (await exitCode(part)) === WRONG_SETTINGS;
  throw refused(
    what,
    answer,
    wrong ? 'See what is wrong with its settings: `rdv config check`.' : `See why: \`${inquiry(part)}\`.`,
  );
}

async function exitCode(part: Part): Promise<string> {
  const { stdout } = await systemctl(['show', '--property=ExecMainStatus', '--value', unitName(part)]);
  return stdout.trim();
}

const ELSEWHERE =
  'Your systemd looks in another folder. Leave XDG_CONFIG_HOME out: `env -u XDG_CONFIG_HOME rdv daemon install`.';
