/** What lists and events come to: sessions, agents, folders, what was noticed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event, EventName } from '#protocol';
import { rowsOf } from '../../../client/cli/roster.js';
import { afterEvents, nothingWatched } from '../../../client/cli/watched.js';
import { agent, at, blocked, event, folder, insight, notice, question, receipt, session, uuid } from './watched.js';

const everything = { filter: '', attention: false };

const stall = {
  ...{ id: uuid(700), sessionId: uuid(2), sessionName: 's2', tmuxSessionName: '', folderId: null, state: 'working' },
  ...{ health: 'stalled', cause: 'no_progress', lastActivityAt: at - 600_000, stalledMinutes: 10, severity: 'info' },
  ...{ confidence: 0.9, startedAt: at },
} as const;

test('events change what is known as the lists would', () => {
  const events: Event[] = [
    event('session/created', { session: session(1) }),
    event('session/created', { session: session(2) }),
    event('agent/changed', { sessionId: uuid(1), agent: blocked(1) }),
    event('agent/changed', { sessionId: uuid(2), agent: agent(2, { health: 'stalled', cause: 'no_progress' }) }),
    event('session/stalled', { sessionId: uuid(2), stall }),
    event('folder/created', { folder: folder(900, 'work') }),
    event('notification/created', { notification: notice(500) }),
    event('insight/created', { insight: insight(600) }),
    event('session/changed', { session: session(1, { name: 'api', folderId: uuid(900) }) }),
    event('session/unheardOf' as EventName, {}),
  ];
  const known = afterEvents(nothingWatched, events);
  const [first, second] = rowsOf(known, everything);
  assert.deepEqual(
    [first!.session.name, first!.folder, first!.blocked?.text, first!.notices.length, first!.insights.length],
    ['api', 'work', question.text, 1, 1],
  );
  assert.deepEqual([second!.health, second!.since], ['stalled', at - 600_000]);
  const later = afterEvents(known, [
    event('notification/changed', { notification: notice(500, { readAt: at }) }),
    event('insight/changed', { insight: insight(600, { resolved: true }) }),
    event('session/recovered', { sessionId: uuid(2), stall, reason: 'progress' }),
    event('agent/changed', { sessionId: uuid(2), agent: agent(2) }),
    event('session/changed', { session: session(1, { status: 'closed' }) }),
    // What is said of a closed session comes too late.
    event('agent/changed', { sessionId: uuid(1), agent: blocked(1) }),
    event('folder/deleted', { folder: folder(900, 'work') }),
  ]);
  assert.deepEqual([...later.agents.keys()], [uuid(2)]);
  assert.deepEqual(
    [...later.sessions.values()].map(({ name }) => name),
    ['s2'],
  );
  assert.deepEqual([later.notices.size, later.insights.size, later.stalls.size, later.folders.size], [0, 0, 0, 0]);
  // What was known before is as it was.
  assert.deepEqual([known.sessions.size, known.notices.size], [2, 1]);
});

test('only the latest receipts are kept', () => {
  const many = Array.from({ length: 60 }, (_, i) => event('injection/changed', { receipt: receipt(i) }));
  assert.equal(afterEvents(nothingWatched, many).receipts.size, 50);
});
