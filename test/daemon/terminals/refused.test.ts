/** Bad input to the terminal methods: refused with the name of the field, and no other viewer notices. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stream as limits } from '#protocol';
import { connectRaw } from '../../support/raw.js';
import { createWatch } from '../../support/watch.js';
import { whole } from '../../support/whole.js';

interface Known {
  readonly sessionId: string;
  /** A stream of the caller's, of another connection, and one that never was. */
  readonly streamId: string;
  readonly foreign: string;
  readonly epoch: string;
  /** The epoch of another session. */
  readonly otherEpoch: string;
  readonly offset: number;
}

const never = '00000000-0000-4000-8000-000000000000';
const large = Buffer.alloc(limits.inputBytes + 1).toString('base64');

type Row = [what: string, method: string, params: (known: Known) => object, code: string, says: RegExp];

const open = (what: string, params: (known: Known) => object, code: string, says: RegExp): Row => [
  what,
  'terminal/open',
  (known) => ({ sessionId: known.sessionId, ...params(known) }),
  code,
  says,
];

/** One call of each method that takes a stream, for streams the caller does not have. */
const forStream = (what: string, of: (known: Known) => string): Row[] => [
  [`${what}: input`, 'terminal/input', (known) => ({ streamId: of(known), data: 'eA==' }), 'NotFound', /No stream/],
  [
    `${what}: resize`,
    'terminal/resize',
    (known) => ({ streamId: of(known), cols: 90, rows: 30 }),
    'NotFound',
    /No stream/,
  ],
  [`${what}: ack`, 'terminal/ack', (known) => ({ streamId: of(known), offset: 0 }), 'NotFound', /No stream/],
  [`${what}: close`, 'terminal/close', (known) => ({ streamId: of(known) }), 'NotFound', /No stream/],
];

const sizes: [cols: unknown, rows: unknown, says: RegExp][] = [
  [9, 3, /`cols`/],
  [10, 2, /`rows`/],
  [1001, 30, /`cols`/],
  [100, 1001, /`rows`/],
  [Number.NaN, 30, /`cols`/],
  ['100', 30, /`cols`/],
  [100, '30', /`rows`/],
  [100.5, 30, /`cols`/],
  [-80, 24, /`cols`/],
  [100, undefined, /`rows`/],
];

const table: Row[] = [
  ...forStream('an unknown stream', () => never),
  ...forStream("another connection's stream", ({ foreign }) => foreign),
  ...sizes.map(
    ([cols, rows, says]): Row => [
      `size ${cols}x${rows}`,
      'terminal/resize',
      ({ streamId }) => ({ streamId, cols, rows }),
      'InvalidParams',
      says,
    ],
  ),
  ...sizes
    .filter(([, rows]) => rows !== undefined)
    .map(([cols, rows, says]) => open(`opened with ${cols}x${rows}`, () => ({ cols, rows }), 'InvalidParams', says)),
  open('an unknown session', () => ({ sessionId: never }), 'SESSION_NOT_FOUND', /No session/),
  open('no session id', () => ({ sessionId: 'x' }), 'InvalidParams', /`sessionId`/),
  open('a mode that is none', () => ({ mode: 'rx' }), 'InvalidParams', /`mode`/),
  open('history without end', () => ({ scrollback: 1e9 }), 'InvalidParams', /`scrollback`/),
  open(
    'resumed in the future',
    ({ epoch, offset }) => ({ resume: { epoch, offset: offset + 1_000_000 } }),
    'InvalidParams',
    /`resume\.offset`.* at most \d+, got \d+/,
  ),
  open(
    'resumed before the beginning',
    ({ epoch }) => ({ resume: { epoch, offset: -1 } }),
    'InvalidParams',
    /`resume\.offset`/,
  ),
  open(
    'resumed between bytes',
    ({ epoch }) => ({ resume: { epoch, offset: 0.5 } }),
    'InvalidParams',
    /`resume\.offset`/,
  ),
  open('resumed without an epoch', () => ({ resume: { offset: 0 } }), 'InvalidParams', /`resume\.epoch`/),
  ['input above 1 MiB', 'terminal/input', ({ streamId }) => ({ streamId, data: large }), 'TooLarge', /at most 1048576/],
  [
    'input far above 1 MiB',
    'terminal/input',
    ({ streamId }) => ({ streamId, data: large + large }),
    'InvalidParams',
    /`data`/,
  ],
  ['input that is no base64', 'terminal/input', ({ streamId }) => ({ streamId, data: '!' }), 'InvalidParams', /`data`/],
  ['input that is no text', 'terminal/input', ({ streamId }) => ({ streamId, data: 7 }), 'InvalidParams', /`data`/],
  [
    'an ack of what was never sent',
    'terminal/ack',
    ({ streamId, offset }) => ({ streamId, offset: offset + 1_000_000 }),
    'InvalidParams',
    /`offset`.* at most \d+, the last byte sent, got \d+/,
  ],
  ['a negative ack', 'terminal/ack', ({ streamId }) => ({ streamId, offset: -1 }), 'InvalidParams', /`offset`/],
  ['an ack of no number', 'terminal/ack', ({ streamId }) => ({ streamId, offset: 'all' }), 'InvalidParams', /`offset`/],
];

test('bad input is refused by the name of the field, and a viewer of the same session has no hole', async (t) => {
  const { daemon, client } = await whole(t);
  const script = 'stty -echo; echo ready; while :; do echo tick; sleep 0.01; done';
  const session = await client.call('session/create', { command: ['sh', '-c', script] });
  const other = await client.call('session/create', { command: ['cat'] });
  const sessionId = session.id;
  const bystander = await createWatch(client, { sessionId });
  const { epoch: otherEpoch } = await createWatch(client, { sessionId: other.id });

  const raw = await connectRaw(daemon.socket);
  await raw.call('initialize', { token: daemon.token });
  const { result } = await raw.call('terminal/open', { sessionId });
  const { streamId, epoch, offset } = result;
  const known: Known = { sessionId, streamId, foreign: bystander.streamId, epoch, otherEpoch, offset };
  for (const [what, method, params, code, says] of table) {
    const { error } = await raw.call(method, params(known));
    assert.deepEqual([error?.data?.code, what], [code, what]);
    assert.match(error.message, says, what);
  }

  // What was held elsewhere cannot be gone on from: that is a new beginning, no mistake.
  for (const place of [
    { epoch: otherEpoch, offset: 0 },
    { epoch: 'none', offset: 1e9 },
  ]) {
    const { result: fresh } = await raw.call('terminal/open', { sessionId, resume: place });
    assert.deepEqual([fresh.resumed, typeof fresh.snapshot.data, fresh.epoch], [false, 'string', epoch]);
  }
  // Acks that go backwards, or come twice, are harmless.
  const heard = await raw.next(({ method, params }) => method === 'terminal/output' && params.streamId === streamId);
  for (const place of [heard.params.offset, 0, heard.params.offset]) {
    assert.deepEqual((await raw.call('terminal/ack', { streamId, offset: place })).result, { success: true });
  }

  const seen = bystander.bytes();
  await bystander.until(() => bystander.bytes() > seen + 100);
  assert.deepEqual([bystander.gaps, bystander.epoch], [[], epoch]);
  const { cols, rows } = await client.call('session/get', { id: sessionId });
  assert.deepEqual([cols, rows], [80, 24]);
  await raw.close();
});
