/** Checks of what should go together: rows and windows, the trash and its files. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '#protocol/diagnosis';
import type { Rows } from '../db/look.js';
import type { Kept } from '../trash/item.js';
import { type Check, count, note, ok, some, warning, word } from './check.js';
import type { Context } from './context.js';

/** A session is made within seconds; with git at work, within minutes. */
const MAKING_MS = 10 * 60_000;

export const sessionChecks: readonly Check[] = [
  { name: 'windows', title: 'windows without a session', look: lookForOrphans },
  { name: 'sessions', title: 'sessions without a window', look: lookForLost },
  { name: 'half-made', title: 'half-made sessions', look: lookForIntents },
  { name: 'trash', title: 'trash', look: lookAtTrash },
];

async function lookForOrphans(context: Context): Promise<Finding> {
  const { database, rows, server, socketName } = context;
  const running = await server();
  if (!(await database()).there && !running) return ok('nothing runs in tmux');
  const windows = running?.windows ?? [];
  const strangers = without(windows, idsOf(await rows()));
  // One that was made while we looked is none: its row was there before it.
  const orphans = strangers.length > 0 ? await stillStrange(context.afresh(), strangers) : [];
  if (orphans.length === 0) return ok(`${count(windows.length, 'window')}, each with its session`);
  const seen = `${count(orphans.length, 'tmux window')} that no session knows; they are left alone: ${some(orphans)}.`;
  return warning(seen, `tmux -L ${socketName} attach -t '=rdv-${orphans[0]}'  # to end it: kill-session`);
}

async function stillStrange({ server, rows }: Context, ids: readonly string[]): Promise<string[]> {
  const there = new Set((await server())?.windows);
  return without(ids, idsOf(await rows())).filter((id) => there.has(id));
}

const idsOf = ({ sessions }: Rows) => new Set(sessions.map(({ id }) => id));
const without = (ids: readonly string[], known: ReadonlySet<string>) => ids.filter((id) => !known.has(id));

async function lookForLost(context: Context): Promise<Finding> {
  if (!(await context.database()).there) return ok('there are no sessions yet');
  const live = (await context.rows()).sessions.filter(isInTmux);
  const missing = without(
    live.map(({ id }) => id),
    new Set((await context.server())?.windows),
  );
  const lost = missing.length > 0 ? await stillLost(context.afresh(), missing) : [];
  if (lost.length === 0) return ok(`${count(live.length, 'session')}, each in its window`);
  const which = `${count(lost.length, 'session')} without a window: ${some(lost.map(({ name }) => `"${name}"`))}`;
  if ((await context.lock()).held) return warning(`${which}.`, 'rdv daemon stop; rdv daemon start');
  return note(`${which}; the next start closes them.`, 'rdv daemon start');
}

async function stillLost({ server, rows }: Context, ids: readonly string[]): Promise<Rows['sessions']> {
  const there = new Set((await server())?.windows);
  return (await rows()).sessions.filter((row) => ids.includes(row.id) && isInTmux(row) && !there.has(row.id));
}

const isInTmux = ({ status, backend }: Rows['sessions'][number]) =>
  backend === 'tmux' && (status === 'active' || status === 'suspended');

async function lookForIntents({ database, rows, lock, now }: Context): Promise<Finding> {
  if (!(await database()).there) return ok('there are no sessions yet');
  const { held } = await lock();
  const half = (await rows()).sessions.filter(
    ({ status, createdAt }) => status === 'creating' && (!held || createdAt < now - MAKING_MS),
  );
  if (half.length === 0) return ok('there are none');
  const names = some(half.map(({ name }) => `"${name}"`));
  const seen = `${count(half.length, 'session')} that a killed daemon was making: ${names}`;
  if (held) return warning(`${seen}; they could not be undone.`, 'rdv daemon stop; rdv daemon start');
  return note(`${seen}; the next start finishes or undoes them.`, 'rdv daemon start');
}

async function lookAtTrash({ database, rows, paths }: Context): Promise<Finding> {
  if (!(await database()).there) return ok('it is empty');
  const { trash } = await rows();
  const kept = trash.flatMap(({ id, worktree }) =>
    worktree === null ? [] : [{ id, ...(JSON.parse(worktree) as Kept) }],
  );
  const lost = kept.filter(({ keptAt }) => !existsSync(keptAt));
  const [first] = lost;
  if (first) {
    const seen = `The files of ${count(lost.length, 'item')} in the trash are gone: ${some(lost.map(({ path }) => path))}.`;
    return warning(seen, `rdv trash delete ${first.id} --yes`);
  }
  const known = new Set(trash.map(({ id }) => id));
  const strange = existsSync(paths.trash) ? readdirSync(paths.trash).filter((name) => !known.has(name)) : [];
  if (strange.length === 0) return ok(`${count(trash.length, 'item')}, all there`);
  const at = strange.map((name) => join(paths.trash, name));
  return note(
    `${count(strange.length, 'thing')} in the trash that no item knows: ${some(at)}.`,
    `ls -la ${at.map(word).join(' ')}`,
  );
}
