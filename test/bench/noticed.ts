/** How soon it is known what an agent does: from the moment its screen has changed until a subscriber hears of it. */
import { connect } from '#client';
import type { AgentState } from '#protocol';
import { type Command, openAgent } from '../support/agent/agent.js';
import { startDaemon } from '../support/daemon.js';
import { heard } from '../support/whole.js';
import { sampleOf } from './measure.js';
import { atMost, type Row } from './table.js';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 20);

export async function noticed(): Promise<Row[]> {
  const daemon = await startDaemon();
  const client = await connect({ socketPath: daemon.socket, token: daemon.token });
  const agent = await openAgent('claude');
  try {
    await client.call('event/subscribe', { names: ['agent/changed'] });
    const ready = heard(client, 'agent/changed', (it) => it.agent.state === 'idle');
    await client.call('session/create', { command: [...agent.command], agentProvider: 'claude', cols: 100, rows: 30 });
    await ready;
    const took = new Map<AgentState, number[]>([
      ['working', []],
      ['blocked', []],
      ['idle', []],
    ]);
    const step = async (state: AgentState, command: Command) => {
      const told = heard(client, 'agent/changed', (it) => it.agent.state === state);
      await agent.tell(command);
      const drawn = performance.now();
      await told;
      took.get(state)!.push(performance.now() - drawn);
    };
    for (let round = 0; round < ROUNDS; round++) {
      await step('working', { do: 'work', turn: {} });
      await step('blocked', { do: 'ask', kind: 'permission' });
      await step('idle', { do: 'idle' });
    }
    return [...took].flatMap(([state, times]) => {
      const { p50, p99 } = sampleOf(times);
      const goal = atMost(state === 'blocked' ? 500 : 1500);
      return [
        { what: `an agent is seen to be ${state}, p50`, unit: 'ms', ours: p50, goal },
        { what: `an agent is seen to be ${state}, p99`, unit: 'ms', ours: p99, goal },
      ];
    });
  } finally {
    client.close();
    await agent.close();
    await daemon.stop();
  }
}
