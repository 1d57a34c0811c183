/** Agents that are idle cost nothing: no timer is set for them and no process begun, however long they are. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '#client';
import { pathsIn } from '#protocol/paths';
import { openConfiguration } from '../../../daemon/config/configuration.js';
import { openDaemon } from '../../../daemon/daemon.js';
import { readToken } from '../../../daemon/tokens/files.js';
import { box, greeting } from '../../bench/drawn.js';
import { descendants, reapedFaults } from '../../bench/proc.js';
import { folderFor } from '../../support/whole.js';

const AGENTS = 10;
const WATCHED_MS = 2000;

const idle = ['sh', '-c', 'printf %s "$0"; exec cat', [...greeting, ...box].join('\r\n')];

const skip = process.platform !== 'linux' && 'only Linux tells of children that were waited for';

test('ten idle agents in a real daemon: nothing is looked at, set or spawned while nothing happens', {
  skip,
}, async (t) => {
  const home = folderFor(t);
  const paths = pathsIn(home);
  mkdirSync(paths.run, { mode: 0o700 });
  const environment = { RDV_BACKEND: 'pty' };
  const configuration = openConfiguration({ path: paths.config, home, userHome: home, environment });
  const options = { version: 'test', umask: 0o022, log: () => {}, stopAsked: () => {} };
  const daemon = await openDaemon({ paths, configuration, ...options });
  const client = await connect({ socketPath: paths.socket, token: readToken(paths.cliToken)! });
  t.after(async () => {
    client.close();
    await daemon.stop('the test is over');
  });
  for (let i = 0; i < AGENTS; i++) await client.call('session/create', { agentProvider: 'claude', command: idle });
  const state = async () => (await client.call('agent/list', {})).agents.map((agent) => agent.state);
  while ((await state()).some((each) => each !== 'idle')) await pause(100);
  // When what came last is written, drawn and judged.
  await pause(5500);

  const timers = countTimers();
  const before = { children: descendants(process.pid), reaped: reapedFaults(process.pid) };
  await pause(WATCHED_MS);
  const after = { children: descendants(process.pid), reaped: reapedFaults(process.pid) };
  assert.deepEqual(timers.end(), []);
  assert.deepEqual(after, before);
});

/** Where each timer was asked for that is set from now on. */
function countTimers() {
  const { setTimeout: real } = globalThis;
  const asked: string[] = [];
  globalThis.setTimeout = ((...args: Parameters<typeof real>) => {
    asked.push(String(new Error().stack?.split('\n')[2]).trim());
    return real(...args);
  }) as typeof real;
  return {
    end() {
      globalThis.setTimeout = real;
      return asked;
    },
  };
}
