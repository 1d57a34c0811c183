/** A fake agent without a terminal: what is typed reaches it at once, and its screen is read by a few rules of our own. */
import { EventEmitter } from 'node:events';
import type { Agents, Change, Look } from '../../../daemon/agents/agents.js';
import { type Dialog, hashOf } from '../../../daemon/agents/dialog.js';
import type { Submit } from '../../../daemon/agents/manifests/manifest.js';
import type { Verdict } from '../../../daemon/agents/verdict.js';
import { createKeyboard } from './keyboard.js';
import { createPlayer, type Player } from './player.js';
import type { Command, Quirks, Report, Telling } from './talk.js';

const COLS = 80;
const ROWS = 24;
const KEYS: Readonly<Record<string, string>> = { Enter: '\r', Up: '\x1b[A', Down: '\x1b[B', Escape: '\x1b' };

export const submitOf = (): Submit => ({
  pauseMs: 300,
  keys: ['Enter'],
  pastedPlaceholder: ['\\[Pasted text #\\d+( \\+\\d+ lines)?\\]'],
});

export type Staged = ReturnType<typeof createStaged>;

/** It plays claude in a session of its own. */
export function createStaged(sessionId: string, quirks: Quirks = {}) {
  const events = new EventEmitter().setMaxListeners(0);
  const reports: Report[] = [];
  let life = 1;
  let player: Player;
  let keyboard: (data: Buffer) => void;
  let last: Look | undefined;
  let exit: number | undefined;
  let copyMode = false;
  let bracketed = true;

  const start = (with_: Quirks) => {
    const own = life;
    const alive = () => own === life && exit === undefined;
    player = createPlayer('claude', with_, {
      tell: (report: Telling) => {
        if (alive()) reports.push({ ...report, life: own } as Report);
        events.emit('report');
      },
      changed: () => void (alive() && setImmediate(() => events.emit('output'))),
      leave(code) {
        player.close();
        if (code === 75) {
          life++;
          start({});
        } else exit = code;
        events.emit('output');
      },
    });
    keyboard = createKeyboard((input) => player.typed(input));
  };
  start(quirks);

  const look = async (): Promise<Look> => {
    await new Promise((resolve) => setImmediate(resolve));
    const before = last?.verdict;
    last = read(sessionId, `life ${life}`, player.look(COLS, ROWS).lines, exit, before);
    events.emit('look', last);
    if (before?.state !== last.verdict.state) events.emit('change', { before, look: last });
    return last;
  };
  const read_ = (data: Buffer) => {
    // As tmux does it, without a word.
    if (copyMode || exit !== undefined) return;
    reports.push({ told: 'read', data: data.toString('base64'), life });
    keyboard(data);
  };
  /** As the watcher of agents does it. */
  const watch = () => void look();
  events.on('output', watch);

  const agents: Pick<Agents, 'find' | 'look' | 'onLook' | 'onChange'> = {
    find: () => last,
    look,
    onLook: (listener) => on('look', listener),
    onChange: (listener: (change: Change) => void) => on('change', listener),
  };
  function on(name: string, listener: (...args: any[]) => void): () => void {
    events.on(name, listener);
    return () => void events.off(name, listener);
  }

  return {
    agents,
    reports,
    places: { get: () => ({ window: 1, pane: 1 }), listen: (_id: string, heard: () => void) => on('output', heard) },
    backend: {
      leaveModes: async () => void (copyMode = false),
      ping: async () => {},
      paste: async (_pane: number, data: Buffer) =>
        read_(bracketed ? Buffer.concat([Buffer.from('\x1b[200~'), data, Buffer.from('\x1b[201~')]) : data),
      type: async (_pane: number, data: Buffer) => read_(data),
      keys: async (_pane: number, names: readonly string[]) =>
        read_(Buffer.from(names.map((name) => KEYS[name] ?? name).join(''))),
      capture: async () => ({ modes: { bracketedPaste: Number(bracketed) } }) as any,
    },
    tell(command: Command | { do: 'copyMode' } | { do: 'plain' }): void {
      if (command.do === 'copyMode') copyMode = true;
      else if (command.do === 'plain') bracketed = false;
      else if (command.do === 'exit') {
        exit = command.code;
        player.close();
        events.emit('output');
      } else if (command.do === 'respawn') {
        player.close();
        life++;
        start({});
        events.emit('output');
      } else player.obey(command);
    },
    get submitted() {
      return reports.flatMap((it) => (it.told === 'submitted' ? [it.text] : []));
    },
    get pasted() {
      return reports.flatMap((it) => (it.told === 'pasted' ? [Buffer.from(it.data, 'base64').toString()] : []));
    },
    get intoDialogs() {
      return reports.filter((it) => it.told === 'intoDialog');
    },
    get read() {
      return Buffer.concat(reports.flatMap((it) => (it.told === 'read' ? [Buffer.from(it.data, 'base64')] : [])));
    },
    close(): void {
      events.removeAllListeners();
      player.close();
    },
  };
}

function read(
  sessionId: string,
  spawnId: string,
  styled: readonly string[],
  exit: number | undefined,
  before: Verdict | undefined,
): Look {
  const strip = (line: string) => line.replace(/\x1b\[[0-9;]*[A-Za-z]/g, '').replace(/\u00a0/g, ' ');
  const lines = styled.map(strip);
  const vivid = styled.map((line) => strip(line.replace(/\x1b\[2m.*?\x1b\[22m/g, '')));
  const dialog = dialogIn(lines);
  const busy = lines.find((line) => line.includes('esc to interrupt'));
  const composer = dialog ? undefined : composerIn(vivid);
  const state = exit !== undefined ? 'exited' : dialog ? 'blocked' : busy ? 'working' : composer ? 'idle' : 'unknown';
  const says = ({ working: 'busy', blocked: 'blocked', idle: 'idle' } as const)[state as 'idle'] ?? 'nothing';
  const now = Date.now();
  const since = before?.state === state ? before.since : now;
  const evidence = {
    source: 'screen',
    says,
    rule: `a ${state} screen`,
    span: null,
    spawnId,
    seq: 1,
    at: since,
    ttlMs: null,
  };
  return {
    ...{ sessionId, spawnId, at: now, provider: 'claude', composer, dialog, toolOpen: false, dropped: 0 },
    grid: {
      ...{ cols: COLS, rows: ROWS, lines, vivid, title: '', alternate: false },
      cursor: { line: lines.length - 1, column: 0, shown: true },
    } as unknown as Look['grid'],
    verdict: {
      ...{ state, since, deadlineAt: null, evidence: [{ ...evidence, leftMs: null }] },
      ...(dialog && { blocked: { kind: dialog.kind, since } }),
    } as Verdict,
  };
}

function composerIn(lines: readonly string[]): { text: string } | undefined {
  const bottom = lines.findLastIndex((line) => /^─{8}/.test(line));
  const top = lines.slice(0, Math.max(bottom, 0)).findLastIndex((line) => /^─{8}/.test(line));
  const box = lines.slice(top + 1, bottom);
  return box[0]?.startsWith('❯') ? { text: box.join('\n').slice(1).trim() } : undefined;
}

function dialogIn(lines: readonly string[]): Dialog | undefined {
  const below = lines.slice(lines.findLastIndex((line) => /^─{8}/.test(line)) + 1);
  if (!below.some((line) => /Esc to cancel/.test(line))) return undefined;
  const options = below.flatMap((line) => {
    const [, id, label] = /^ [❯ ] (\d)\. (.*)/.exec(line) ?? [];
    return id === undefined ? [] : [{ id, label: label!, keys: [id] }];
  });
  const text = below.filter((line) => !/^ [❯ ] \d\. /.test(line)).join('\n');
  return { kind: 'permission', text, options, hash: hashOf('permission', below) };
}
