/** The metrics of a real daemon. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '#client';
import { parsePrometheus } from '../../support/prometheus.js';
import { whole } from '../../support/whole.js';

test('a daemon tells what it has done and holds, as a program of Prometheus reads it', async (t) => {
  const { daemon, client } = await whole(t);
  const { id } = await client.call('session/create', { command: ['cat'] });
  await client.call('terminal/open', { sessionId: id, cols: 80, rows: 24 });
  await assert.rejects(client.call('session/get', { id: '3f2a0000-0000-4000-8000-000000000000' }));
  await assert.rejects(connect({ socketPath: daemon.socket, token: 'wrong' }));
  const { text, metrics, at } = await client.call('daemon/metrics', { format: 'prometheus' });
  assert.ok(Math.abs(at - Date.now()) < 60_000);
  const families = parsePrometheus(text!);
  assert.deepEqual(
    [...families.keys()],
    metrics.map(({ name }) => name),
  );
  const value = (series: string) => families.get(series.replace(/\{.*/, ''))!.samples.get(series);
  const expected = {
    'rdv_requests_total{method="session/create",outcome="done"}': 1,
    'rdv_requests_total{method="session/get",outcome="SESSION_NOT_FOUND"}': 1,
    'rdv_logins_total{outcome="INVALID_TOKEN"}': 1,
    'rdv_sessions{state="active"}': 1,
    'rdv_sessions{state="closed"}': 0,
    rdv_viewers: 1,
    'rdv_connections{state="logged in"}': 1,
    'rdv_component_well{component="tmux"}': 1,
    'rdv_refused_total{code="Overloaded"}': 0,
  };
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((series) => [series, value(series)])), expected);
  for (const series of [
    'rdv_audit_rows',
    'rdv_file_bytes{file="database"}',
    'rdv_resident_bytes',
    'rdv_uptime_seconds',
  ])
    assert.ok(value(series)! > 0, series);
  assert.equal((await client.call('daemon/metrics', {})).text, null);
});
