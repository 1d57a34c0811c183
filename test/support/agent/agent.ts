/** A fake agent for a test: the command that runs it in a session, and the line to it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import type { Client } from '#client';
import type { Params, Session } from '#protocol';
import { root } from '../documents.js';
import type { Command, Plays, Quirks, Report } from './talk.js';

export type { Command, DialogKind, Plays, Quirks, Report, State, Turn } from './talk.js';

export interface FakeAgent {
  /** For `session/create`: a shell that starts it again whenever it is told to respawn. */
  readonly command: readonly string[];
  /** Everything it told, oldest first. */
  readonly reports: readonly Report[];
  /** All bytes it has read. */
  readonly read: Buffer;
  /** Every prompt it took. */
  readonly submitted: readonly string[];
  /** Resolves once it has done that. Waits for its life if there is none yet. */
  tell(command: Command): Promise<void>;
  /** Resolves with a report that fits, also one that came already, but only from the place `from` of `reports` on. */
  next<T extends Report['told']>(
    told: T,
    fits?: (report: Extract<Report, { told: T }>) => boolean,
    from?: number,
  ): Promise<Extract<Report, { told: T }>>;
  close(): Promise<void>;
}

export async function openAgent(plays: Plays, quirks: Quirks = {}): Promise<FakeAgent> {
  const folder = mkdtempSync(join(tmpdir(), 'rdv-agent-'));
  const path = join(folder, 'sock');
  const reports: Report[] = [];
  const waiting = new Set<() => void>();
  const lines = new Set<Socket>();
  let line: Socket | undefined;
  const server = createServer((socket) => {
    line = socket;
    lines.add(socket);
    socket.on('close', () => {
      lines.delete(socket);
      if (line === socket) line = undefined;
    });
    socket.on('error', () => socket.destroy());
    createInterface({ input: socket }).on('line', (text) => {
      reports.push(JSON.parse(text) as Report);
      for (const look of [...waiting]) look();
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));

  const next: FakeAgent['next'] = (told, fits = () => true, from = 0) =>
    new Promise((resolve) => {
      let at = from;
      const look = () => {
        for (; at < reports.length; at++) {
          const report = reports[at] as any;
          if (report.told !== told || !fits(report)) continue;
          waiting.delete(look);
          return resolve(report);
        }
      };
      waiting.add(look);
      look();
    });

  const program = join(root, 'out/test/support/agent/program.js');
  // The life is counted by the shell: a program cannot know of those before it.
  const script = 'life=1; while "$@" $life; code=$?; [ $code -eq 75 ]; do life=$((life+1)); done; exit $code';
  return {
    command: ['/bin/sh', '-c', script, 'sh', process.execPath, program, path, plays, JSON.stringify(quirks)],
    reports,
    get read() {
      return Buffer.concat(reports.flatMap((it) => (it.told === 'read' ? [Buffer.from(it.data, 'base64')] : [])));
    },
    get submitted() {
      return reports.flatMap((it) => (it.told === 'submitted' ? [it.text] : []));
    },
    async tell(command) {
      if (!line) await next('hello', () => line !== undefined);
      const from = reports.length;
      line!.write(`${JSON.stringify(command)}\n`);
      await next('done', ({ what }) => what === command.do, from);
      if (command.do === 'respawn') await next('hello', () => true, from);
    },
    next,
    async close() {
      // A life that is just beginning is to find nobody, and one that still ends is not waited for.
      rmSync(folder, { recursive: true, force: true });
      for (const each of lines) each.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A session that runs a fake agent, which stands at its prompt. */
export async function agentSession(
  t: TestContext,
  client: Client,
  plays: Plays,
  { quirks, ...wanted }: Partial<Params<'session/create'>> & { quirks?: Quirks } = {},
): Promise<{ agent: FakeAgent; session: Session }> {
  const agent = await openAgent(plays, quirks);
  t.after(agent.close);
  const session = await client.call('session/create', {
    ...{ agentProvider: plays, cols: 100, rows: 30, ...wanted },
    command: [...agent.command],
  });
  await agent.next('hello');
  return { agent, session };
}
