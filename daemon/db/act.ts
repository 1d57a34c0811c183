/** Several writes as one: all in one commit, with what must follow it, and what memory takes back when it fails. */
import type { Db } from './open.js';

interface Act {
  readonly after: (() => void)[];
  readonly undo: (() => void)[];
}

const acts = new WeakMap<Db, Act>();

/** Runs `work`, which must not wait, in one commit; within another act it is part of that. Throws what it throws, with nothing written. */
export function act<T>(db: Db, work: () => T): T {
  if (acts.has(db)) return work();
  const own: Act = { after: [], undo: [] };
  acts.set(db, own);
  let result: T;
  try {
    result = db.transaction(work)();
  } catch (error) {
    for (const undo of own.undo.reverse()) undo();
    throw error;
  } finally {
    acts.delete(db);
  }
  for (const effect of own.after) effect();
  return result;
}

/** Once the act is written; at once outside of one. */
export function afterwards(db: Db, effect: () => void): void {
  const own = acts.get(db);
  if (own) own.after.push(effect);
  else effect();
}

/** When the act fails: memory that went ahead of the disk is put back. */
export function ifUndone(db: Db, undo: () => void): void {
  acts.get(db)?.undo.push(undo);
}

/** Sets or, with undefined, removes what a map holds; put back when the act fails. */
export function setIn<K, V>(db: Db, map: Map<K, V>, key: K, value: V | undefined): void {
  const before = map.get(key);
  put(map, key, value);
  ifUndone(db, () => put(map, key, before));
}

function put<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
