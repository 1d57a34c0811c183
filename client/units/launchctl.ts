/** Units by launchd, in the domain of the user who is logged in. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RpcError } from '#protocol/errors';
import { abandonsGroup, launchdFolder } from '#protocol/units';
import { type Answer, ask, refused } from './ask.js';
import { environmentEntry, label, plistText } from './launchd.js';
import type { Part, Supervisor } from './unit.js';

interface Place {
  readonly uid: number;
  readonly userHome: string;
}

const launchctl = (args: readonly string[], signal?: AbortSignal) => ask('launchctl', args, signal);
/** What was stopped takes a moment to be out of the way. */
const UNLOAD_MS = 50_000;
const LOOK_MS = 50;

export function launchd({ uid, userHome }: Place): Supervisor {
  const domain = `gui/${uid}`;
  const target = (part: Part) => `${domain}/${label(part)}`;
  const file = (part: Part) => join(launchdFolder(userHome), `${label(part)}.plist`);
  const inquiry = (part: Part) => `launchctl print ${target(part)}`;
  const look = (part: Part) => launchctl(['print', target(part)]);
  const expect = (what: string, answer: Answer, part: Part) => {
    if (answer.code !== 0) throw refused(`launchd ${what} ${label(part)}`, answer, `See why: \`${inquiry(part)}\`.`);
  };
  async function unload(part: Part): Promise<void> {
    if ((await look(part)).code !== 0) return;
    expect('did not stop', await launchctl(['bootout', target(part)]), part);
    for (const end = performance.now() + UNLOAD_MS; performance.now() < end; await delay(LOOK_MS))
      if ((await look(part)).code !== 0) return;
  }
  return {
    kind: 'launchd',
    name: label,
    file,
    text: plistText,
    homeLine: (home) => environmentEntry('REMOTE_DEV_DIR', home).split('\n')[1]!,
    reach: () => reach(domain),
    async enable(part, start) {
      await launchctl(['enable', target(part)]);
      // At login it reads the folder by itself.
      if (!start) return;
      await unload(part);
      expect('did not start', await launchctl(['bootstrap', domain, file(part)]), part);
    },
    async start(part, signal) {
      expect('did not start', await launchctl(['kickstart', target(part)], signal), part);
    },
    endsSessions: async (part) =>
      abandonsGroup(readFileSync(file(part), 'utf8')) ? undefined : 'AbandonProcessGroup is not true',
    disable: unload,
    forget: async () => {},
    async pid(part) {
      const [, pid] = /^\s*pid = (\d+)$/m.exec((await look(part)).stdout) ?? [];
      return pid ? Number(pid) : undefined;
    },
    inquiry,
  };
}

async function reach(domain: string): Promise<void> {
  const answer = await launchctl(['print', domain]);
  if (answer.code === 0) return;
  const missing = answer.code === undefined;
  const cause = missing ? 'There is no launchd on this system (no `launchctl`).' : `launchd knows no ${domain}.`;
  const cure = `${missing ? '' : 'Log in at the screen once, then run it again. '}Start it without: \`rdv daemon start\`.`;
  throw new RpcError('Unavailable', cause, { code: 'NO_SUPERVISOR', details: { cure } });
}
