/** What becomes of a notification: told once an episode, counted up, read, and over. Pure. */
import { type Notice, type NotificationKind, Severity } from '#protocol';

/** One notification, as it is kept. */
export interface Kept {
  readonly userId: string;
  /** What is told once. */
  readonly episode: string;
  readonly notice: Notice;
  /** When the episode was over; null while it goes on. */
  readonly endedAt: number | null;
  /** How often it was news. */
  readonly told: number;
}

/** What somebody has to say. */
export interface Said {
  readonly userId: string;
  readonly episode: string;
  readonly kind: NotificationKind;
  readonly severity: Severity;
  readonly title: string;
  readonly body: string;
  readonly sessionId: string | null;
  readonly sessionName: string | null;
  /** It is news even within its episode, and to be read anew. */
  readonly again?: boolean;
  /** It is told, and then needs no reading. */
  readonly read?: boolean;
}

export interface Told {
  readonly kept: Kept;
  readonly isNew: boolean;
  /** Whether others than those who listen anyway should hear of it. */
  readonly news: boolean;
}

/** What is over for less than this goes on: a dialog that flickers is one. */
export const FLICKER_MS = 5000;
export const bounds = { titleCharacters: 200, bodyCharacters: 4000 } as const;

/** `last` is the newest one of its episode. */
export function told(last: Kept | undefined, said: Said, { id, now }: { id: string; now: number }): Told {
  if (last && isOn(last, now)) return goneOn(last, said, now);
  const { userId, episode, kind, severity, sessionId, sessionName, read = false } = said;
  const at = { createdAt: now, updatedAt: now, readAt: read ? now : null, resolvedAt: null };
  const notice: Notice = { id, kind, severity, ...words(said), sessionId, sessionName, count: 1, ...at };
  return { kept: { userId, episode, notice, endedAt: read ? now : null, told: 1 }, isNew: true, news: true };
}

/** Those that were ended by a reader are over; what ended by itself may have been a flicker. */
function isOn({ endedAt, notice }: Kept, now: number): boolean {
  return endedAt === null || (notice.resolvedAt !== null && now - notice.resolvedAt < FLICKER_MS);
}

function goneOn(last: Kept, said: Said, now: number): Told {
  const { notice } = last;
  const worse = isAbove(said.severity, notice.severity);
  const news = worse || said.again === true;
  // What its end marked as read was read by nobody.
  const unread = news || (notice.resolvedAt !== null && notice.readAt === notice.resolvedAt);
  const next: Notice = {
    ...{ ...notice, ...words(said), severity: worse ? said.severity : notice.severity },
    ...{ count: notice.count + 1, readAt: unread ? null : notice.readAt, resolvedAt: null, updatedAt: now },
  };
  return { kept: { ...last, notice: next, endedAt: null, told: last.told + (news ? 1 : 0) }, isNew: false, news };
}

/** Its episode is over by itself, so nobody has to read it any more. */
export function resolved(kept: Kept, now: number): Kept {
  const { notice } = kept;
  const next = { ...notice, readAt: notice.readAt ?? now, resolvedAt: now };
  return { ...kept, notice: next, endedAt: now };
}

/** What was said by somebody, and what no longer can be otherwise, is over once it is read. */
export function read(kept: Kept, now: number): Kept {
  const { kind } = kept.notice;
  const over = kind === 'custom' || kind === 'recovered' || kind === 'message';
  const notice = { ...kept.notice, readAt: now };
  return { ...kept, notice, endedAt: kept.endedAt ?? (over ? now : null) };
}

export const isAbove = (one: Severity, other: Severity): boolean => rank(one) > rank(other);
export const atLeast = (severity: Severity): Severity[] => Severity.options.slice(rank(severity));

const rank = (severity: Severity) => Severity.options.indexOf(severity);

const words = ({ title, body }: Said) => ({
  title: cut(title.replace(/\s+/g, ' ').trim(), bounds.titleCharacters),
  body: cut(body, bounds.bodyCharacters),
});

const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
