/** The smallest call: `daemon/ping`, against a raw echo of Node and against fastify. */
import { join } from 'node:path';
import { connect } from '#client';
import { startDaemon } from '../support/daemon.js';
import { compete, WITHOUT_RATES } from './measure.js';
import { fastifyRival, rawRival } from './rivals.js';
import { type Goal, less, type Row, ratioAtMost } from './table.js';
import { openWire } from './wire.js';

/** About what a ping and its answer weigh on the wire. */
const PING_BYTES = 90;

export async function ping(): Promise<Row[]> {
  const daemon = await startDaemon({ config: WITHOUT_RATES });
  const { home, socket, token } = daemon;
  const wire = await openWire(home);
  const client = await connect({ socketPath: socket, token });
  const raw = await rawRival(join(home, 'raw.sock'), PING_BYTES);
  const web = await fastifyRival(join(home, 'web.sock'));
  try {
    const times = await compete(
      {
        lean: () => wire.call('daemon/ping', {}),
        client: () => client.call('daemon/ping', {}),
        raw: raw.call,
        web: web.call,
        http: web.callByHttp,
      },
      { rounds: 40, each: 250 },
    );
    const row = (
      what: string,
      ours: keyof typeof times,
      rival: keyof typeof times,
      of: 'p50' | 'p99',
      goal?: Goal,
    ): Row => {
      const us = (name: keyof typeof times) => times[name][of] * 1000;
      return { what: `${what} ${of}`, unit: 'us', ours: us(ours), rival: us(rival), ...(goal && { goal }) };
    };
    return [
      row('lean caller, rival raw echo', 'lean', 'raw', 'p50', ratioAtMost(1.8)),
      row('lean caller, rival raw echo', 'lean', 'raw', 'p99'),
      row('our client, rival fastify by node:http', 'client', 'http', 'p50', less),
      row('our client, rival fastify by node:http', 'client', 'http', 'p99'),
      row('lean caller, rival fastify by unparsed bytes', 'lean', 'web', 'p50'),
    ];
  } finally {
    wire.close();
    client.close();
    await Promise.all([raw.close(), web.close()]);
    await daemon.stop();
  }
}
