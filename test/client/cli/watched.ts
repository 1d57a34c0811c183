/** Sessions and agents as the dashboard is told of them, for tests. */
import type { Agent, Event, EventName, Folder, Insight, Notice, Receipt, Session } from '#protocol';
import { fromLists, type Lists, type Watched } from '../../../client/cli/watched.js';

export const at = 1_700_000_000_000;

export const uuid = (i: number) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;

export function session(i: number, more: Partial<Session> = {}): Session {
  return {
    ...{ id: uuid(i), userId: 'ann', name: `s${i}`, status: 'active', backend: 'tmux', tmuxSessionName: `rdv-${i}` },
    ...{ projectPath: '/src/app', folderId: null, githubRepoId: null, worktreeBranch: null, worktreePath: null },
    ...{ profileId: null, agentProvider: null, agentState: 'unknown', health: 'unknown', isOrchestratorSession: false },
    ...{ splitGroupId: null, splitOrder: 0, splitSize: 0.5, command: null, cols: 80, rows: 24, home: null, exit: null },
    ...{ startup: null, tabOrder: i, lastActivityAt: at, createdAt: at, updatedAt: at },
    ...more,
  };
}

export function agent(i: number, more: Partial<Agent> = {}): Agent {
  return {
    ...{ sessionId: uuid(i), name: `s${i}`, folderId: null, program: 'claude', state: 'working', since: at },
    ...{ health: 'ok', cause: null, blocked: null, limitedUntilAt: null, exitCode: null, spawnId: 'x1', evidence: [] },
    ...more,
  };
}

export const question = {
  kind: 'permission',
  since: at - 90_000,
  text: 'Do you want to run npm test?',
  options: [
    { id: 'yes', label: 'Yes' },
    { id: 'no', label: 'No' },
  ],
  interactionId: 'dialog-1',
} as const satisfies Agent['blocked'];

export const blocked = (i: number, more: Partial<Agent> = {}): Agent =>
  agent(i, { state: 'blocked', blocked: { ...question, options: [...question.options] }, ...more });

export const folder = (i: number, name: string, parentId: string | null = null): Folder => ({
  ...{ id: uuid(i), userId: 'ann', parentId, name, path: null },
  ...{ collapsed: false, sortOrder: 0, createdAt: at, updatedAt: at },
});

export const notice = (i: number, more: Partial<Notice> = {}): Notice => ({
  ...{ id: uuid(i), kind: 'blocked', severity: 'warning', title: 's1 asks', body: '', sessionId: uuid(1) },
  ...{ sessionName: null, count: 1, readAt: null, resolvedAt: null, createdAt: at, updatedAt: at },
  ...more,
});

export const insight = (i: number, more: Partial<Insight> = {}): Insight => ({
  ...{ id: uuid(i), orchestratorId: uuid(800), sessionId: uuid(1), type: 'stall_detected', severity: 'error' },
  ...{ message: 'It stands still.', context: {}, suggestedActions: [], confidence: 0.9 },
  ...{ resolved: false, resolvedAt: null, resolvedBy: null, createdAt: at },
  ...more,
});

export const receipt = (i: number, more: Partial<Receipt> = {}): Receipt => ({
  ...{ id: uuid(i), sessionId: uuid(1), orchestratorId: null, state: 'queued', reason: null, code: null },
  ...{ auditLogId: null, textHash: '', bytes: 4, removed: [], submit: true, spawnId: 'x1', enters: 0, evidence: [] },
  ...{ createdAt: at, updatedAt: at, expiresAt: at + 1000 },
  ...more,
});

/** What is known after these lists. */
export const lists = (more: Partial<Lists>): Watched =>
  fromLists({ sessions: [], agents: [], folders: [], notices: [], insights: [], stalls: [], ...more });

let place = 0;
export const event = (name: EventName, params: object): Event => ({ seq: ++place, at, name, params: { ...params } });
