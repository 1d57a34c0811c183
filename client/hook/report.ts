/** What a hook tells, said in the daemon's words: one table per agent. */
import type { Params } from '#protocol';
import { claude } from './claude.js';
import { codex } from './codex.js';
import { gemini } from './gemini.js';
import { opencode } from './opencode.js';
import type { Payload, Table, Told } from './payload.js';

export type Report = Params<'agent/report'>;

/** All but whose it is. */
export type Content = Omit<Report, 'sessionId' | 'agent' | 'happenedAt'>;

const tables: Readonly<Record<string, Table>> = { claude, codex, gemini, opencode };

/** Whether agents of this name have hooks that we read. */
export const isHooked = (agent: string | undefined): boolean => Object.hasOwn(tables, agent ?? '');

/** The events of an agent that a table knows. */
export const eventsOf = (agent: string): string[] => Object.keys(tables[agent] ?? {});

/** Undefined where there is nothing to tell. What is too long is cut, and left out where a part of it means nothing. */
export function reportOf(agent: string, event: string, payload: Payload): Content | undefined {
  const table = tables[agent];
  const read = table && Object.hasOwn(table, event) ? table[event] : undefined;
  const told = typeof read === 'function' ? read(payload) : read && { event: read };
  if (!told) return undefined;
  const { tool, message, ...rest } = told;
  return {
    ...rest,
    rawEvent: event,
    ...part('agentSessionId', whole(payload, 200, 'session_id', 'thread-id')),
    ...part('transcriptPath', whole(payload, 4096, 'transcript_path')),
    ...part('tool', (tool ?? whole(payload, 10_000, 'tool_name'))?.slice(0, 200)),
    ...part('message', message?.slice(0, 2000)),
    ...subagentIn(payload),
  };
}

/** Of an agent that another one has started: a turn within that one's, of which only the beginning and the end count. */
export function within(told: Content): Content | undefined {
  const event = inner[told.event];
  return event && { ...told, event, subagent: true, turnId: told.turnId ?? told.agentSessionId ?? 'inner' };
}

/** What it asks for, nobody sees; and its limits are not the other's. */
const inner: Readonly<Partial<Record<Told['event'], Told['event']>>> = {
  turnStart: 'turnStart',
  turnEnd: 'turnEnd',
  turnFailed: 'turnEnd',
  limited: 'turnEnd',
  authFailed: 'turnEnd',
  sessionEnd: 'turnEnd',
  toolStart: 'toolStart',
  toolEnd: 'toolEnd',
};

function part(name: string, value: string | undefined): object {
  return value === undefined ? {} : { [name]: value };
}

function whole(payload: Payload, most: number, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = payload[name];
    if (typeof value === 'string' && value !== '' && value.length <= most) return value;
  }
  return undefined;
}

/** An agent within the agent says so of all it does; its id is that of its one turn. */
function subagentIn(payload: Payload): object {
  const id = whole(payload, 200, 'agent_id');
  return id === undefined ? {} : { turnId: id, subagent: true };
}
