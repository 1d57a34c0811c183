/** `rdv daemon metrics` and `rdv daemon health`, for people and for programs. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { pathsIn } from '#protocol/paths';
import { parsePrometheus } from '../../support/prometheus.js';
import { whole } from '../../support/whole.js';
import { inTerminal, rdv } from './program.js';

test('metrics are a line a series, or the text for Prometheus as it is', async (t) => {
  const { daemon, client } = await whole(t);
  await client.call('session/create', { command: ['cat'] });
  const { stdout } = await rdv(daemon.home, ['daemon', 'metrics']);
  assert.match(stdout, /^rdv_sessions\tstate=active\t1$/m);
  assert.match(stdout, /^rdv_request_seconds\tcategory=write, of=mean\t0\.\d+$/m);
  assert.doesNotMatch(stdout, /\ble=/);
  const asText = await rdv(daemon.home, ['daemon', 'metrics', '--format', 'prometheus']);
  const families = parsePrometheus(asText.stdout);
  assert.equal(families.get('rdv_sessions')!.samples.get('rdv_sessions{state="active"}'), 1);
  const screen = inTerminal(daemon.home, '$RDV daemon metrics');
  assert.equal(await screen.ended, 0);
  assert.match(screen.text, /^METRIC +OF +VALUE\r\n/);
  assert.match(screen.text, /rdv_resident_bytes +- +[\d.]+ MB/);
});

test('health is a line a component; what is not well says why and what helps', async (t) => {
  const { daemon } = await whole(t);
  const well = await rdv(daemon.home, ['daemon', 'health']);
  assert.equal(well.stdout.match(/^[a-z ]+\ttrue\t\S.*$/gm)?.length, 10, well.stdout);
  rmSync(pathsIn(daemon.home).log);
  const screen = inTerminal(daemon.home, '$RDV daemon health');
  assert.equal(await screen.ended, 0);
  assert.match(
    screen.text.replace(/\x1b\[\d+m/g, '').replace(/\s+/g, ' '),
    /log not well The log .* is gone.* Restart the daemon, which makes a new one\. .*The daemon is degraded\./,
  );
});
