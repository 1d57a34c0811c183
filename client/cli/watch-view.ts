/** The screen of `rdv watch`: how all that is known and done looks at a size and a time. */

import type { Blocked } from '#protocol';
import { lasting } from '#protocol/spans';
import type { Cell, Frame, Line, Style } from './canvas.js';
import { DIGITS, selectedRow } from './desk.js';
import { keysLine, promptLine, type Seen } from './prompt-view.js';
import { isStuck, type Row } from './roster.js';
import {
  columnsFor,
  createPen,
  fitted,
  headingOf,
  healthOf,
  linesOf,
  type Pen,
  plainWords,
  questionOf,
} from './roster-view.js';
import { tame, type Width, wrapped } from './text.js';
import type { Watched } from './watched.js';

export interface View {
  readonly cols: number;
  /** Lines of the terminal. */
  readonly height: number;
  readonly now: number;
  readonly width: Width;
  readonly unicode: boolean;
}

/** With `nextMs`, when something will look different though nothing happens; undefined when nothing will. */
export function frameOf(seen: Seen, view: View): Frame & { readonly nextMs: number | undefined } {
  const { cols, height, now, width, unicode } = view;
  const pen = createPen(now, width, unicode);
  const last = promptLine(seen, cols, pen) ?? { line: keysLine(seen, cols, pen) };
  const about = detailOf(seen, cols, pen, now).slice(0, height >= 14 ? 3 : height >= 10 ? 1 : 0);
  const top = [headerOf(seen, cols, pen)];
  const room = Math.max(0, height - top.length - about.length - (about.length > 0 ? 2 : 1));
  const drawn = bodyOf(seen, cols, room, pen);
  const body = drawn.lines.slice(0, room);
  const detail = about.length > 0 ? [ruleOf(drawn.hidden, cols, pen), ...about] : [];
  const filled = [...body, ...Array.from({ length: room - body.length }, (): Line => [])];
  const whole = [...top, ...filled, ...detail, last.line].slice(-height);
  // Where labels alone are too wide.
  const lines = cols < 40 ? whole.map((line) => clipped(line, cols, pen)) : whole;
  const y = lines.length - 1;
  return {
    lines,
    nextMs: pen.nextMs(),
    ...('x' in last && last.x !== undefined && { cursor: { x: Math.min(last.x, cols - 1), y } }),
  };
}

function clipped(line: Line, cols: number, { width }: Pen): Line {
  const visible = line.filter(({ at }) => at < cols);
  return visible.map((cell, i) => ({
    ...cell,
    text: fitted(cell.text, (visible[i + 1]?.at ?? cols) - cell.at, width),
  }));
}

function headerOf({ watched, rows, desk, away }: Seen, cols: number, pen: Pen): Line {
  const all = [...watched.sessions.values()];
  const blocked = all.filter(({ agentState, exit }) => agentState === 'blocked' && !exit).length;
  const stuck = all.filter(({ health }) => isStuck(health)).length;
  const shown = desk.filter || desk.attention ? `${rows.length} of ` : '';
  const parts: [text: string, ...styles: Style[]][] = [
    ['rdv', 'bold'],
    ...(away ? [['reconnecting', 'red', 'bold'] as [string, ...Style[]]] : []),
    [`${shown}${all.length} ${all.length === 1 ? 'session' : 'sessions'}`],
    ...(blocked > 0 ? [[`${blocked} blocked`, 'yellow', 'bold'] as [string, ...Style[]]] : []),
    ...(stuck > 0 ? [[`${stuck} stalled`, 'red', 'bold'] as [string, ...Style[]]] : []),
    ...(watched.notices.size > 0 ? [[`${watched.notices.size} unread`, 'cyan'] as [string, ...Style[]]] : []),
    ...(desk.attention ? [['needing attention', 'dim'] as [string, ...Style[]]] : []),
    ...(desk.filter ? [[`/${desk.filter}`, 'dim'] as [string, ...Style[]]] : []),
  ];
  return inRow(parts, cols, pen);
}

/** Parts one behind the other, as many as there is room for. */
function inRow(parts: readonly (readonly [text: string, ...styles: Style[]])[], cols: number, pen: Pen): Line {
  const cells: Cell[] = [];
  let at = 0;
  for (const [part, ...styles] of parts) {
    const text = fitted(part, cols - at, pen.width);
    if (text === '') continue;
    cells.push({ at, text, styles });
    at += pen.width(text) + 2;
  }
  return cells;
}

interface Body {
  readonly lines: readonly Line[];
  /** How many sessions there is no room for; empty for none. */
  readonly hidden: string;
}

function bodyOf(seen: Seen, cols: number, room: number, pen: Pen): Body {
  const { mode } = seen.desk;
  if (mode.name === 'help') return { lines: helpOf(cols, pen), hidden: '' };
  if (mode.name === 'respond') return { lines: dialogOf(mode.blocked, cols, pen), hidden: '' };
  return rosterOf(seen, cols, room, pen);
}

/** The heading and the rows around the selected one. */
function rosterOf({ rows, desk, watched }: Seen, cols: number, room: number, pen: Pen): Body {
  const row = selectedRow(rows, desk);
  if (!row) {
    const said: Line = [{ at: 2, text: fitted(emptyText(watched), cols - 2, pen.width), styles: ['dim'] }];
    return { lines: [[], said].slice(-room), hidden: '' };
  }
  const columns = columnsFor(cols, rows);
  const heading = room > 4 ? [headingOf(columns)] : [];
  const height = room - heading.length;
  const visible = windowOf(rows, rows.indexOf(row), height);
  // Only what is seen is drawn: there may be thousands.
  const lines = visible.flatMap((each) => linesOf(each, each === row, columns, cols, pen));
  return { lines: [...heading, ...lines.slice(0, height)], hidden: hiddenAround(visible, rows) };
}

/** `2 above, 5 below`. */
function hiddenAround(visible: readonly Row[], rows: readonly Row[]): string {
  const above = rows.indexOf(visible[0]!);
  const below = rows.length - above - visible.length;
  return [above > 0 ? `${above} above` : '', below > 0 ? `${below} below` : ''].filter(Boolean).join(', ');
}

function ruleOf(hidden: string, cols: number, { unicode }: Pen): Line {
  const dashes = (count: number) => (unicode ? '─' : '-').repeat(count);
  const end = hidden && ` ${hidden} ${dashes(2)}`;
  return [{ at: 0, text: end.length > cols ? dashes(cols) : dashes(cols - end.length) + end, styles: ['dim'] }];
}

const emptyText = ({ sessions }: Watched) =>
  sessions.size === 0 ? 'No sessions. `rdv new` starts one.' : 'None fits. Esc shows all of them.';

const heightOf = ({ blocked }: Row) => (blocked ? 2 : 1);

/** As many whole rows as fit, the selected one in their middle where it can be. */
export function windowOf(rows: readonly Row[], at: number, height: number): readonly Row[] {
  let [from, to, used] = [at, at + 1, heightOf(rows[at]!)];
  const fits = (row: Row | undefined) => row !== undefined && used + heightOf(row) <= height;
  for (;;) {
    const above = fits(rows[from - 1]) && (at - from <= to - at - 1 || !fits(rows[to]));
    if (above) used += heightOf(rows[--from]!);
    else if (fits(rows[to])) used += heightOf(rows[to++]!);
    else return rows.slice(from, to);
  }
}

/** What is to be said of the selected session. */
function detailOf({ rows, desk }: Seen, cols: number, pen: Pen, now: number): Line[] {
  const row = selectedRow(rows, desk);
  if (!row) return [];
  const say = (text: string, ...styles: Style[]): Line => [{ at: 1, text: fitted(text, cols - 1, pen.width), styles }];
  return [
    inRow(standing(row, pen), cols - 1, pen).map((cell) => ({ ...cell, at: cell.at + 1 })),
    say(saidOf(row, now)),
    say(evidenceOf(row), 'dim'),
  ];
}

function standing({ session, state, health, cause, since }: Row, pen: Pen): [text: string, ...styles: Style[]][] {
  const stuck = isStuck(health);
  const well = healthOf(health, cause);
  return [
    [session.name, 'bold'],
    [`${plainWords(state)}${stuck ? '' : ` for ${pen.since(since)}`}`],
    ...(stuck ? [[`${well}, no progress for ${pen.since(since)}`, 'red'] as [string, ...Style[]]] : []),
    [session.worktreeBranch ?? '', 'dim'],
    [session.projectPath, 'dim'],
  ];
}

/** What it waits for, or else what was noticed last. */
function saidOf({ blocked, agent, session, notices, insights }: Row, now: number): string {
  if (blocked) return questionOf(blocked);
  if (session.exit) return exitText(session.exit);
  const until = agent?.limitedUntilAt;
  if (until !== null && until !== undefined && agent?.state === 'limited')
    return until > now ? `limited by its provider for ${lasting(until - now)} more` : 'its limit has ended';
  const notice = notices.at(-1);
  if (notice) return [notice.title, notice.body].filter(Boolean).join(': ');
  return insights.at(-1)?.message ?? '';
}

function exitText({ code, signal }: { readonly code: number | null; readonly signal: number | null }): string {
  const how = code !== null ? `with code ${code}` : signal !== null ? `by signal ${signal}` : 'in an unknown way';
  return `its program ended ${how}`;
}

/** `seen: screen claude.permission "Do you want ..."`, the decisive ones first. */
function evidenceOf({ agent, state }: Row): string {
  if (!agent || agent.evidence.length === 0) return state === 'unknown' ? 'nothing tells what it does' : '';
  const evidence = [...agent.evidence].sort((a, b) => Number(b.decisive) - Number(a.decisive)).slice(0, 3);
  const told = evidence.map(({ source, rule, matched }) =>
    [source, rule, matched && `"${matched}"`].filter(Boolean).join(' '),
  );
  return `seen: ${told.join('; ')}`;
}

/** The whole question, and each answer on a line of its own. */
function dialogOf({ kind, text, options }: Blocked, cols: number, pen: Pen): Line[] {
  const lines = (at: number, whole: string, ...styles: Style[]): Line[] =>
    wrapped(tame(whole), cols - at, pen.width).map((line) => [{ at, text: line, styles }]);
  const question = text.split('\n').flatMap((line) => lines(1, line, 'bold'));
  const answers = options.slice(0, DIGITS).flatMap(({ label }, i) => lines(3, `${i + 1}  ${label}`));
  return [...lines(1, kind, 'yellow'), ...question, [], ...answers];
}

const help: readonly (readonly [keys: string, what: string])[] = [
  ['up down j k', 'select; g G first, last'],
  ['Enter a', 'attach; Ctrl-] d comes back here'],
  ['s', 'send a prompt, typed as soon as it is idle'],
  ['r', `answer what it asks, by 1-${DIGITS}`],
  ['u', 'suspend, or resume'],
  ['x', 'close, after a question'],
  ['n N', 'mark read what is told of it, of all'],
  ['/', 'filter by words; Esc shows all'],
  ['f', 'only those that need somebody'],
  ['Ctrl-L', 'draw anew'],
  ['q Ctrl-C', 'leave; nothing ends by that'],
];

function helpOf(cols: number, pen: Pen): Line[] {
  return help.map(([keys, what]) => [
    { at: 1, text: keys, styles: ['bold'] },
    { at: 14, text: fitted(what, cols - 14, pen.width) },
  ]);
}
