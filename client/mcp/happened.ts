/** Events as a model reads them: whom they concern, and what happened, in one line. Pure. */
import type { Event } from '#protocol';
import { tame } from '../clean.js';
import { short } from './find.js';
import { cut } from './fitting.js';

type Fields = Readonly<Record<string, unknown>>;

export interface Happened {
  readonly seq: number;
  readonly at: string;
  readonly event: string;
  readonly session?: string;
  readonly what: string;
}

export function happened({ seq, at, name, params }: Event): Happened {
  const session = sessionOf(params);
  return {
    seq,
    at: new Date(at).toISOString().slice(0, 19).concat('Z'),
    event: name,
    ...(session !== undefined && { session: short(session) }),
    what: cut(tame(whatOf(name, params)), 240),
  };
}

function sessionOf(params: Fields): string | undefined {
  const { session, sessionId } = params as { session?: { id?: string }; sessionId?: string };
  if (typeof sessionId === 'string') return sessionId;
  if (session?.id !== undefined) return session.id;
  // What it is about may say so.
  for (const value of Object.values(params)) {
    const inner = (value as { sessionId?: unknown } | null)?.sessionId;
    if (typeof inner === 'string') return inner;
  }
  return undefined;
}

/** Words of a record that tell most of it, in this order. */
const telling = [
  'name',
  'sessionName',
  'title',
  'type',
  'state',
  'status',
  'severity',
  'health',
  'cause',
  'message',
  'reason',
  'text',
  'path',
  'branch',
];

function whatOf(name: string, params: Fields): string {
  if (name === 'agent/changed') return agentChanged(params);
  const records = [params, ...Object.values(params).filter(isRecord)];
  const said = records.flatMap((record) => telling.flatMap((key) => wordOf(record, key)));
  return [...new Set(said)].join(' ');
}

function wordOf(record: Fields, key: string): string[] {
  const value = record[key];
  return typeof value === 'string' && value !== ''
    ? [key === 'name' || key === 'sessionName' ? `"${value}"` : value]
    : [];
}

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function agentChanged(params: Fields): string {
  const { before, healthBefore, agent } = params as {
    before: string;
    healthBefore: string;
    agent: { name: string; state: string; health: string; cause: string | null; blocked: { text: string } | null };
  };
  const { name, state, health, cause, blocked } = agent;
  return [
    `"${name}"`,
    before === state ? state : `${before} -> ${state}`,
    health === healthBefore ? undefined : `health ${healthBefore} -> ${health}${cause === null ? '' : ` (${cause})`}`,
    blocked?.text,
  ]
    .filter(Boolean)
    .join(' ');
}
