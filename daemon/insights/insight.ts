/** What an insight says: of an episode without progress, of an agent that fails, of one that flaps. Pure. */

import type { Insight, InsightType, Severity, Stall } from '#protocol';
import { spelled } from '#protocol/spans';

/** What somebody noticed, before it is anybody's insight. */
export interface Noticed {
  /** What makes two insights one. */
  readonly episode: string;
  readonly sessionId: string;
  readonly type: InsightType;
  readonly severity: Severity;
  readonly message: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly suggestedActions: Insight['suggestedActions'];
  readonly confidence: number;
}

/** A place in what a session printed. */
export interface Place {
  readonly epoch: string;
  readonly offset: number;
}

/** Of an episode of the stalls. */
export const episodeOf = (stall: Pick<Stall, 'id'>) => `stall:${stall.id}`;

/** What an agent told itself goes on, by what it told, until it shows that it goes on. */
export const toldEpisode = (kind: string, id: string) => `told:${kind}:${id}`;
export const isTold = (episode: string, kind = '') => episode.startsWith(`told:${kind}`);

const typeByCause: Partial<Record<Stall['cause'], InsightType>> = { crash_loop: 'error', flapping: 'performance' };

/** A line that was typed to get it going, and what became of that as far as it is known. */
export interface Nudged {
  readonly receiptId: string;
  readonly at: number;
  readonly outcome: string | null;
}

/** `place` is where its output ended when it was noticed. */
export function ofStall(stall: Stall, place: Place | undefined, nudges: readonly Nudged[] = []): Noticed {
  const { sessionId, cause, health, state, lastActivityAt, stalledMinutes, startedAt } = stall;
  return {
    ...{ episode: episodeOf(stall), sessionId, type: typeByCause[cause] ?? 'stall_detected' },
    ...{ severity: stall.severity, confidence: stall.confidence, message: sentence(stall) },
    context: {
      ...{ stallId: stall.id, cause, health, state, stalledMinutes },
      evidence: { lastActivityAt, noticedAt: startedAt, ...(place && { stream: place }) },
      ...(nudges.length > 0 && { nudges: nudges.map(({ receiptId, at, outcome }) => ({ receiptId, at, outcome })) }),
    },
    suggestedActions: actionsFor(sessionId, cause),
  };
}

const whys: Readonly<Record<Stall['cause'], string>> = {
  startup: 'it has not come up',
  no_progress: 'it says that it works, and nothing comes of it',
  long_tool: 'a tool it started has not come back',
  frozen_spinner: 'its spinner turns, and nothing else moves',
  flapping: 'its state changes to and fro',
  crash_loop: 'it ended again and again as soon as it was started',
};

function sentence({ sessionName, cause, stalledMinutes }: Stall): string {
  const named = `Session "${sessionName}"`;
  if (cause === 'crash_loop' || cause === 'flapping') return `${named} does not settle: ${whys[cause]}.`;
  return `${named} has made no progress for ${spelled(stalledMinutes * 60_000)}: ${whys[cause]}.`;
}

type Action = Insight['suggestedActions'][number];

const view = (id: string): Action => ({
  label: 'View',
  description: 'See what it shows, and why it is said to be stuck.',
  command: `rdv agent explain ${id}`,
});
const attach = (id: string): Action => ({
  label: 'Attach',
  description: 'Take over its terminal.',
  command: `rdv attach ${id}`,
});
const nudge = (id: string): Action => ({
  label: 'Nudge',
  description: 'Ask it to go on, as soon as it takes a prompt.',
  command: `rdv agent send ${id} "Please go on, or say what keeps you." --mode whenIdle`,
});
const interrupt = (id: string): Action => ({
  label: 'Interrupt',
  description: 'Press Escape: what it is doing is given up.',
  command: `rdv session send ${id} --keys Escape`,
  dangerous: true,
});
const close = (id: string): Action => ({
  label: 'Close',
  description: 'End the session and all that runs in it.',
  command: `rdv session close ${id}`,
  dangerous: true,
});

function actionsFor(id: string, cause: Stall['cause']): Action[] {
  if (cause === 'startup') return [view(id), attach(id), close(id)];
  if (cause === 'crash_loop' || cause === 'flapping') return [view(id), attach(id)];
  return [view(id), nudge(id), interrupt(id)];
}

/** What the agent of a session told of itself. */
export interface SelfTold {
  readonly kind: 'error' | 'stalled';
  readonly agent: string;
  readonly reason: string | undefined;
  readonly lastMessage: string | undefined;
  readonly transcriptPath: string | undefined;
  readonly at: number;
}

interface Named {
  readonly id: string;
  readonly name: string;
}

const REASON_CHARACTERS = 300;

/** `times`: how often it was told in this episode, this time included. */
export function ofSelf({ id, name }: Named, told: SelfTold, times: number, place: Place | undefined): Noticed {
  const { kind, agent, reason, lastMessage, transcriptPath, at } = told;
  const what = kind === 'error' ? 'failed' : 'is stuck';
  const often = times > 1 ? `, ${times} times` : '';
  const why = reason === undefined || reason === '' ? '' : `: ${reason.slice(0, REASON_CHARACTERS)}`;
  return {
    ...{ episode: toldEpisode(kind, id), sessionId: id, type: kind === 'error' ? 'error' : 'stall_detected' },
    severity: kind === 'error' ? 'error' : 'warning',
    message: `The ${agent} agent of session "${name}" says that it ${what}${often}${why}.`.replace(/\.\.$/, '.'),
    context: {
      ...{ told: kind, agent, times, reason: reason ?? null },
      ...(lastMessage !== undefined && { lastMessage: lastMessage.slice(0, REASON_CHARACTERS) }),
      evidence: {
        ...{ toldAt: at, ...(place && { stream: place }) },
        ...(transcriptPath !== undefined && { transcriptPath }),
      },
    },
    suggestedActions: kind === 'error' ? [view(id), attach(id)] : [view(id), nudge(id), interrupt(id)],
    confidence: kind === 'error' ? 0.9 : 0.6,
  };
}

/** Its agent cannot go on without a person. */
export function ofLogin({ id, name }: Named, at: number, place: Place | undefined): Noticed {
  return {
    ...{ episode: toldEpisode('login', id), sessionId: id, type: 'error', severity: 'error', confidence: 0.9 },
    message: `The agent of session "${name}" is not logged in.`,
    context: { cause: 'auth_failed', evidence: { noticedAt: at, ...(place && { stream: place }) } },
    suggestedActions: [attach(id), view(id)],
  };
}

/** A session whose agent changes its state to and fro. */
export function ofFlapping({ id, name }: Named, at: number, place: Place | undefined): Noticed {
  return {
    ...{ episode: toldEpisode('flapping', id), sessionId: id, type: 'performance', severity: 'info', confidence: 0.5 },
    message: `Session "${name}" does not settle: ${whys.flapping}. Nothing more is told of it until it does.`,
    context: { cause: 'flapping', evidence: { noticedAt: at, ...(place && { stream: place }) } },
    suggestedActions: actionsFor(id, 'flapping'),
  };
}

/** The same insight as it is noticed now; undefined when nothing of it is another. */
export function renewed(insight: Insight, noticed: Noticed): Insight | undefined {
  const { severity, message, context, confidence, suggestedActions } = noticed;
  const next = { ...insight, severity, message, context, confidence, suggestedActions };
  return JSON.stringify(next) === JSON.stringify(insight) ? undefined : next;
}

/** Undefined when it is already. */
export function resolved(insight: Insight, resolvedBy: string, now: number): Insight | undefined {
  return insight.resolved ? undefined : { ...insight, resolved: true, resolvedAt: now, resolvedBy };
}
