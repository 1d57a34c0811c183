/** Ten thousand sessions and a thousand folders: lists and creates beside the same with next to nothing, and tmux itself. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { pathsIn } from '#protocol/paths';
import { openDatabase } from '../../daemon/db/open.js';
import { createSessionStore } from '../../daemon/sessions/store.js';
import { type Daemon, startDaemon } from '../support/daemon.js';
import { sample } from '../support/sample.js';
import { compete, type Sample, WITHOUT_RATES } from './measure.js';
import { atMost, atMostPlus, type Row, ratioAtMost } from './table.js';
import { openWire } from './wire.js';

const SESSIONS = 10_000;
const FOLDERS = 1000;
/** Of the sessions, those with a program. */
const OPEN = 50;
/** Of the project that is found out about while sessions are made in it. */
const FILES = 50_000;

type Wire = Awaited<ReturnType<typeof openWire>>;

export async function many(): Promise<Row[]> {
  const [full, bare] = [await startDaemon({ config: WITHOUT_RATES }), await startDaemon({ config: WITHOUT_RATES })];
  const projects = mkdtempSync(join(tmpdir(), 'rdv-projects-'));
  const wires: Wire[] = [];
  try {
    const folders = await fill(full);
    for (const { home } of [full, bare]) wires.push(await openWire(home));
    const [wire, small] = wires as [Wire, Wire];
    for (const each of wires) for (let i = 0; i < OPEN; i++) await each.call('session/create', { command: ['cat'] });
    return [
      ...(await lists(wire, small, folders)),
      ...(await creates(full, wire, small, folders)),
      ...(await large(small, projects)),
    ];
  } finally {
    for (const wire of wires) wire.close();
    await Promise.all([full.stop(), bare.stop()]);
    rmSync(projects, { recursive: true, force: true });
  }
}

/** Closed sessions, each in a folder, written while the daemon is away. Returns the folders. */
async function fill(daemon: Daemon): Promise<string[]> {
  const wire = await openWire(daemon.home);
  const folders: string[] = [];
  for (let i = 0; i < FOLDERS; i++) {
    const parentId = i < 10 ? null : folders[Math.floor(i / 10)]!;
    folders.push((await wire.call('folder/create', { name: `folder ${i}`, parentId })).id);
  }
  wire.close();
  await daemon.terminate();
  const db = openDatabase(pathsIn(daemon.home).database);
  const store = createSessionStore(db);
  db.transaction(() => {
    for (let i = 0; i < SESSIONS - OPEN; i++) {
      const session = sample({ userId: 'local', status: 'closed', folderId: folders[i % FOLDERS]!, tabOrder: i });
      store.intend(session);
      store.save(session);
    }
  })();
  db.close();
  await daemon.restart();
  return folders;
}

async function lists(wire: Wire, small: Wire, folders: readonly string[]): Promise<Row[]> {
  let turn = 0;
  // Each of another folder or part, since an answer is kept until something changes.
  const next = () => folders[turn++ % folders.length]!;
  const status = ['active', 'closed'] as const;
  const pairs: Record<string, [(on: Wire) => Promise<unknown>, number]> = {
    'open sessions': [(on) => on.call('session/list', { limit: OPEN + (turn++ % 1000) }), 20],
    'sessions of a folder': [(on) => on.call('session/list', { status: [...status], folderId: next() }), 20],
    '100 of all sessions': [(on) => on.call('session/list', { status: [...status], limit: 100 + (turn++ % 9) }), 20],
    folders: [(on) => on.call('folder/list', {}), 20],
  };
  const rows: Row[] = [];
  for (const [what, [call, limit]] of Object.entries(pairs)) {
    const times = await compete({ ours: () => call(wire), rival: () => call(small) }, { rounds: 10, each: 30 });
    const row = { unit: 'ms', ours: times.ours.p99, rival: times.rival.p99, goal: atMost(limit) };
    rows.push({ what: `${what} p99, rival with ${OPEN} sessions`, ...row });
  }
  return rows;
}

async function creates(daemon: Daemon, wire: Wire, small: Wire, folders: readonly string[]): Promise<Row[]> {
  let turn = 0;
  const create = (on: Wire, folderId: string | null) => on.call('session/create', { command: ['cat'], folderId });
  const times = await compete(
    {
      ours: () => create(wire, folders[turn++ % folders.length]!),
      small: () => create(small, null),
      tmux: () => execa('tmux', ['-L', daemon.tmux, 'new-session', '-d', '-s', `bench-${turn++}`, 'cat']),
    },
    { rounds: 10, each: 10 },
  );
  const row = (what: string, at: keyof Sample, rival: 'small' | 'tmux', goal: Row['goal']): Row => ({
    what,
    unit: 'ms',
    ours: times.ours[at],
    rival: times[rival][at],
    ...(goal && { goal }),
  });
  return [
    row('create p99, rival tmux new-session', 'p99', 'tmux', atMostPlus(30)),
    row(`create p50, rival with ${OPEN} sessions`, 'p50', 'small', ratioAtMost(1.5)),
  ];
}

/** Creates in a folder whose project was never looked at, so that looking begins at once; before it, in one without a project. */
async function large(wire: Wire, projects: string): Promise<Row[]> {
  const path = join(projects, 'large');
  for (let i = 0; i < FILES; i++) {
    const folder = join(path, `d${i % 20}`, `e${Math.floor(i / 20) % 50}`);
    if (i < 1000) mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `f${i}.ts`), '');
  }
  const create = async (at: string | null) => {
    const folderId = (await wire.call('folder/create', { name: 'project', path: at })).id;
    await wire.call('session/create', { command: ['cat'], folderId, projectPath: '/' });
  };
  // One after the other: what is looked at in the background would go on beside the rival.
  const rounds = { rounds: 8, each: 8, asleep: true };
  const { rival } = await compete({ rival: () => create(null) }, rounds);
  const { ours } = await compete({ ours: () => create(path) }, rounds);
  const row = (at: keyof Sample): Row => ({
    what: `create while ${FILES} files are looked at, ${at}, rival without`,
    unit: 'ms',
    ours: ours[at],
    rival: rival[at],
    goal: ratioAtMost(1.5),
  });
  return [row('p50'), row('p99')];
}
