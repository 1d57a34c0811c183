/** The lists of sessions, each built and serialised once until a session changes. */
import type { Parsed, Result, Session } from '#protocol';
import type { Reach } from '../rpc/identity.js';
import { sees } from '../rpc/reached.js';
import { seal } from '../rpc/seal.js';
import { inTabOrder, listedByDefault } from './session.js';
import type { SessionStore } from './store.js';

/** Answers kept; so many questions are asked in turns. */
const QUESTIONS = 64;

export function createLists(store: SessionStore) {
  const kept = new Map<string, Result<'session/list'>>();
  /** What lies outside the reach is not in the list, which is then made for this caller alone. */
  return (
    user: string,
    { revision: known, ...wanted }: Parsed<'session/list'>,
    reach?: Reach,
  ): Result<'session/list'> => {
    const { revision } = store;
    if (known === revision) return { revision, unchanged: true, sessions: [], more: false };
    // A later part of a long list is asked for once, by each who wants it all.
    if (wanted.after !== undefined || reach) return { revision, unchanged: false, ...page(store, user, wanted, reach) };
    const question = JSON.stringify([user, wanted]);
    const found = kept.get(question);
    if (found?.revision === revision) return found;
    if (kept.size >= QUESTIONS) kept.clear();
    const made = seal('session/list', { revision, unchanged: false, ...page(store, user, wanted) });
    kept.set(question, made);
    return made;
  };
}

function page(store: SessionStore, user: string, wanted: Omit<Parsed<'session/list'>, 'revision'>, reach?: Reach) {
  const { status, folderId, limit, after } = wanted;
  const listed = store.list(user, status ?? listedByDefault, folderId);
  const all = reach ? listed.filter(({ id }) => sees(reach, id)) : listed;
  const from = after === undefined ? 0 : countBefore(all, store.get(user, after));
  const sessions = all.slice(from, limit === undefined ? undefined : from + limit);
  return { sessions, more: from + sessions.length < all.length };
}

/** Of a list in order, how many are not behind this session, which need not be in it any more. */
function countBefore(all: readonly Session[], session: Session): number {
  const next = all.findIndex((other) => inTabOrder(session, other) < 0);
  return next < 0 ? all.length : next;
}
