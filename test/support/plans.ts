/** How SQLite goes about statements: whether one reads a whole table. */
import type { Db } from '../../daemon/db/open.js';

/** The statements prepared while `open` runs that read a whole table, in one line each. */
export function scansOf(db: Db, open: (db: Db) => unknown): string[] {
  const prepared: string[] = [];
  const watched = new Proxy(db, {
    get(target, key) {
      const value = target[key as keyof Db] as unknown;
      if (typeof value !== 'function') return value;
      if (key !== 'prepare') return value.bind(target);
      return (sql: string) => {
        prepared.push(sql);
        return target.prepare(sql);
      };
    },
  });
  open(watched);
  return prepared.map((sql) => sql.replace(/\s+/g, ' ')).filter((sql) => scans(db, sql));
}

function scans(db: Db, sql: string): boolean {
  const steps = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`);
  const names = [...sql.matchAll(/@(\w+)/g)].map(([, name]) => [name, null]);
  const places = [...sql.matchAll(/\?/g)].map(() => null);
  const values = names.length > 0 ? [Object.fromEntries(names)] : places;
  return steps.all(...values).some(({ detail }) => detail.startsWith('SCAN '));
}
