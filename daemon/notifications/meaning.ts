/** What a person should know of what happens: which events begin an episode, which go on with it, which end it. Pure. */

import type { Agent, Message, Session, Stall, Told } from '#protocol';
import { SPELLED, spelled } from '#protocol/spans';
import type { Said } from './notice.js';

/** Whose session it is, and what it is called. */
export type About = Pick<Session, 'id' | 'userId' | 'name'>;

export interface Meaning {
  readonly say?: Said;
  /** Episodes that are over: all of a session whose name begins so, but the one that is said. */
  readonly over?: readonly string[];
}

type Recovered = Pick<Told<'session/recovered'>, 'stall' | 'reason'>;

/** An agent waits for a person, or no longer does. */
export function agentChanged(agent: Agent, about: About): Meaning {
  const waiting = [`blocked ${about.id} `, `limited ${about.id} `, `login ${about.id} `];
  const say = waits(agent, about);
  return { ...(say && { say }), over: waiting };
}

function waits(agent: Agent, about: About): Said | undefined {
  const { state, blocked, spawnId, limitedUntilAt } = agent;
  if (state === 'blocked') {
    const kind = blocked?.kind ?? 'other';
    // Blanks change with the size of the terminal.
    const asked = (blocked?.text ?? '').replace(/\s+/g, '').slice(0, 500);
    const episode = `blocked ${about.id} ${spawnId} ${kind} ${asked}`;
    return said(about, { episode, kind: 'blocked', severity: 'warning', title: asks[kind], body: blocked?.text ?? '' });
  }
  if (state === 'auth_failed') {
    const episode = `login ${about.id} ${spawnId}`;
    return said(about, { episode, kind: 'blocked', severity: 'error', title: asks.login, body: '' });
  }
  if (state !== 'limited') return undefined;
  const body = limitedUntilAt === null || limitedUntilAt > LAST_MS ? '' : `Until ${timeOf(limitedUntilAt)}.`;
  const episode = `limited ${about.id} ${spawnId}`;
  return said(about, { episode, kind: 'limited', severity: 'warning', title: 'Has reached its limit', body });
}

const asks = {
  permission: 'Asks for permission',
  question: 'Asks a question',
  trust: 'Asks whether to trust its folder',
  login: 'Needs a login',
  plan: 'Waits for its plan to be approved',
  other: 'Waits for an answer',
} as const;

/** The end of the year 9999. */
const LAST_MS = 253_402_300_799_999;
const timeOf = (at: number) => new Date(at).toISOString().slice(0, 16).replace('T', ' ').concat(' UTC');

const MINUTE_MS = 60_000;
/** From the second reminder on. */
const LONG_MS = 30 * MINUTE_MS;
const SINCE = new RegExp(`, for ${SPELLED}$`);

/** Somebody has been waited for all the while; `open` is what was said of it. */
export function reminder(
  about: About,
  waitedMs: number,
  open: Pick<Said, 'episode' | 'title' | 'body'> | undefined,
): Said {
  const { episode = `blocked ${about.id} `, body = '', title = asks.other } = open ?? {};
  const since = `${title.replace(SINCE, '')}, for ${spelled(waitedMs)}`;
  const severity = waitedMs >= LONG_MS ? 'error' : 'warning';
  return { ...said(about, { episode, kind: 'blocked', severity, title: since, body }), again: true };
}

/** An episode without progress begins, or has become worse. */
export function stalled(stall: Stall, about: About): Said {
  const body = `No progress for ${spelled(stall.stalledMinutes * MINUTE_MS)}: ${causes[stall.cause]}.`;
  const title = stall.health === 'crash_loop' ? 'Crashes again and again' : 'Makes no progress';
  return said(about, {
    episode: `stalled ${about.id} ${stall.id}`,
    kind: 'stalled',
    severity: stall.severity,
    title,
    body,
  });
}

const causes: Readonly<Record<Stall['cause'], string>> = {
  startup: 'it does not come up',
  no_progress: 'it says that it works, and nothing comes of it',
  long_tool: 'one of its tools runs all the while',
  frozen_spinner: 'nothing moves but its spinner',
  flapping: 'it goes to and fro',
  crash_loop: 'it has ended several times in a row',
};

/** It goes on. That is told to whoever was told of the stall, and needs no reading. */
export function recovered({ stall, reason }: Recovered, about: About): Meaning {
  const over = [`stalled ${about.id} ${stall.id}`];
  if (reason !== 'progress' && reason !== 'idle') return { over };
  const title = reason === 'idle' ? 'Has come to an end' : 'Goes on';
  const body = `It had made no progress for ${spelled(stall.stalledMinutes * MINUTE_MS)}.`;
  const episode = `recovered ${about.id} ${stall.id}`;
  return { over, say: { ...said(about, { episode, kind: 'recovered', severity: 'info', title, body }), read: true } };
}

/** Its program ended as it should not have; undefined for an end that is no news. */
export function exited(session: Session): Said | undefined {
  const { exit, command, agentProvider, id } = session;
  if (!exit) return undefined;
  const { code, signal } = exit;
  const killed = signal !== null && signal !== 0;
  const isShell = command === null && (agentProvider ?? 'none') === 'none';
  // A shell ends with what its last command ended with.
  if (!killed && (isShell || code === null || code === 0)) return undefined;
  const title = killed ? `Was ended by signal ${signal}` : `Ended with ${code}`;
  const severity = killed || (code ?? 0) > 128 ? 'error' : 'warning';
  return said(session, {
    episode: `exited ${id}`,
    kind: 'exited',
    severity,
    title,
    body: 'Its last screen is kept until it is closed.',
  });
}

/** A message was left for whoever works in a session. */
export function messageChanged(message: Message, about: About): Meaning {
  const episode = `message ${about.id}`;
  if (message.state === 'acknowledged') return { over: [episode] };
  if (message.state !== 'waiting' || message.reason === null) return {};
  const { fromName, subject, text, reason } = message;
  const title = `Has a message from ${fromName}${subject === null ? '' : `: ${subject}`}`;
  return { say: said(about, { episode, kind: 'message', severity: 'info', title, body: `${text}\n\n${reason}` }) };
}

/** All that is about a session which is no more. */
export const allOf = ({ id }: Pick<Session, 'id'>): readonly string[] =>
  ['blocked', 'limited', 'login', 'stalled', 'exited', 'message'].map((kind) => `${kind} ${id}`);

function said({ id, userId, name }: About, what: Omit<Said, 'userId' | 'sessionId' | 'sessionName'>): Said {
  return { userId, sessionId: id, sessionName: name, ...what };
}
