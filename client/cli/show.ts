/** Any method's result for people and for line-oriented programs; the hand-made views come first. */
import type { Folder, MethodName, Result, Session } from '#protocol';
import { lasting } from '#protocol/spans';
import { showAgent, showAgents, showReasons } from './agents.js';
import { showAudit, showVerified } from './audit.js';
import { showReloaded } from './config.js';
import { showContext } from './context-view.js';
import { showFolders } from './folders.js';
import { showHookChange, showHooks } from './hooks.js';
import { showInteractions } from './interactions.js';
import { showExport, showFound, showKnowledge, showProject, showProjects } from './knowledge.js';
import { showAcknowledged, showMessages, showSent } from './messages.js';
import { showHealth, showMetrics } from './metrics.js';
import { showMarked, showNotices, showNotified, showTried } from './notifications.js';
import { showInsights, showOrchestratorHealth, showOrchestrators, showStalled } from './orchestrators.js';
import type { Output } from './output.js';
import {
  showConflicts,
  showExplained,
  showFolderSet,
  showSet,
  showSetVariables,
  showVariables,
} from './preferences.js';
import { showMatches, showRead } from './reading.js';
import { exitOf, showReceipt, showReceipts } from './receipts.js';
import { showScreen, showSessions } from './sessions.js';
import { formatTable } from './table.js';
import { clean, toJson } from './text.js';
import { showTmux } from './tmux.js';
import { showCreated, showRotated, showTokens } from './tokens.js';
import { showRestored, showTrash } from './trash.js';
import { showBranches, showMade, showState, showWorktrees } from './worktrees.js';

/** With --json the result as it came; otherwise its fields, one a line, and its lists of records as tables. */
export async function showResult(output: Output, method: MethodName, result: object): Promise<void> {
  const code = codeOf(method, result);
  if (code !== 0) output.exit(code);
  if (output.json) return output.object(result);
  const view = views[method] as ((output: Output, result: object, now: number) => void | Promise<void>) | undefined;
  if (view) return view(output, result, Date.now());
  return method.endsWith('/list') ? showList(output, result) : showFields(output, result);
}

/** For scripts: an answer that is a no is told by the exit code too. */
function codeOf(method: MethodName, result: object): number {
  if (method === 'audit/verify') return (result as Result<'audit/verify'>).ok ? 0 : 1;
  if (method === 'hook/install' || method === 'hook/remove') return (result as Result<typeof method>).success ? 0 : 1;
  if (method === 'agent/send') return exitOf(result as Result<'agent/send'>);
  return method === 'orchestrator/inject' ? exitOf((result as Result<'orchestrator/inject'>).receipt) : 0;
}

/** Made by hand, by method. */
const views: { readonly [M in MethodName]?: (output: Output, result: Result<M>, now: number) => void | Promise<void> } =
  {
    'config/reload': showReloaded,
    'session/list': showSessions,
    'session/rename': (output, session) => showDone(output, session, 'Renamed it to'),
    'session/suspend': (output, session) => showDone(output, session, 'Suspended'),
    'session/resume': (output, session) => showDone(output, session, 'Resumed'),
    'session/scrollback': showScreen,
    // Programs get all of it, as of any list.
    'tmux/list': (output, result, now) =>
      output.columns === undefined ? showList(output, result) : showTmux(output, result, now),
    'terminal/read': showRead,
    'terminal/search': showMatches,
    'folder/list': showFolders,
    'folder/children': (output, { folders }) => showFolders(output, { folders: asRoots(folders), sessionFolders: {} }),
    'folder/context': showContext,
    'preference/get': showSet,
    'preference/setFolder': showFolderSet,
    'preference/setVariables': showSetVariables,
    'preference/validatePorts': showConflicts,
    'preference/explain': showExplained,
    'preference/environment': showVariables,
    'worktree/list': showWorktrees,
    'worktree/branches': showBranches,
    'worktree/create': showMade,
    'worktree/inspect': showState,
    'token/create': showCreated,
    'token/rotate': showRotated,
    'token/list': showTokens,
    'trash/list': showTrash,
    'trash/restore': showRestored,
    'project/get': showProject,
    'project/detect': showProject,
    'project/list': showProjects,
    'knowledge/get': showKnowledge,
    'knowledge/search': showFound,
    'knowledge/export': showExport,
    'knowledge/update': (output) => output.note('Noted.'),
    'hook/status': showHooks,
    'hook/install': showHookChange,
    'hook/remove': showHookChange,
    'message/send': showSent,
    'message/list': showMessages,
    'message/ack': showAcknowledged,
    'notification/list': showNotices,
    'notification/send': showNotified,
    'notification/read': showMarked,
    'notification/test': showTried,
    'daemon/metrics': showMetrics,
    'daemon/health': showHealth,
    'agent/list': showAgents,
    'agent/get': showAgent,
    'agent/explain': showReasons,
    'agent/send': showReceipt,
    'orchestrator/inject': (output, { receipt }) => showReceipt(output, receipt),
    'injection/list': showReceipts,
    'interaction/list': showInteractions,
    'session/stalls': (output, { stalls }, now) => showStalled(output, stalls, now),
    'orchestrator/list': showOrchestrators,
    'orchestrator/create': (output, { orchestrator }) => showFields(output, orchestrator),
    'orchestrator/update': (output, { orchestrator }) => showFields(output, orchestrator),
    'orchestrator/health': showOrchestratorHealth,
    'orchestrator/stalled': (output, { stalledSessions }, now) => showStalled(output, stalledSessions, now),
    'insight/list': showInsights,
    'audit/list': showAudit,
    'audit/verify': showVerified,
  };

const asRoots = (folders: readonly Folder[]) => folders.map((folder) => ({ ...folder, parentId: null }));

/** A person knows the session already; programs get it whole. */
function showDone(output: Output, session: Session, done: string): void | Promise<void> {
  if (output.columns === undefined) return showFields(output, session);
  output.note(`${done} "${clean(session.name)}".`);
}

async function showFields(output: Output, result: object): Promise<void> {
  const entries = Object.entries(result);
  // What is told of one thing alone is that thing.
  const [, only] = entries.length === 1 ? entries[0]! : [];
  if (isRecords([only]) && only !== null && !Array.isArray(only)) return showFields(output, only as object);
  const lists = entries.filter(([, value]) => isRecords(value)) as [string, object[]][];
  const plain = entries.filter(([, value]) => !isRecords(value));
  if (plain.length === 1 && plain[0]![0] === 'success') return output.note('Done.');
  const view = output.columns === undefined ? {} : { columns: output.columns };
  const lines = plain.map(([name, value]) => [name, cell(name, value, view)]);
  // Fields need no header; on a terminal the names themselves are aligned.
  output.data(withoutHeader(await formatTable(['', ''], lines, [1], view), view));
  for (const [, records] of lists) output.data(await recordTable(records, view));
}

/** Rows alone: what is said of them together is for people. */
async function showList(output: Output, result: object): Promise<void> {
  const entries = Object.entries(result);
  const view = output.columns === undefined ? {} : { columns: output.columns };
  for (const [, value] of entries) if (isRecords(value)) output.data(await recordTable(value, view));
  const plain = entries.filter(([, value]) => !Array.isArray(value));
  if (plain.length > 0) output.note(plain.map(([name, value]) => `${name} ${cell(name, value, view)}`).join(', '));
}

type View = { columns?: number };

const withoutHeader = (text: string, view: View) =>
  view.columns === undefined ? text : text.slice(text.indexOf('\n') + 1);

async function recordTable(records: readonly object[], view: View): Promise<string> {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const rows = records.map((record) =>
    names.map((name) => cell(name, (record as Record<string, unknown>)[name], view)),
  );
  const header = names.map((name) => clean(name).toUpperCase());
  return formatTable(header, rows, [...names.keys()], view);
}

function isRecords(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'object' && item !== null);
}

function cell(name: string, value: unknown, view: View): string {
  if (value === null || value === undefined) return '-';
  if (view.columns !== undefined) return read(name, value, view);
  return clean(typeof value === 'object' ? toJson(value) : String(value));
}

/** For people: times and spans as they are read, a small record as its fields. */
function read(name: string, value: unknown, view: View): string {
  if (typeof value === 'number' && /(^at|^created|At)$/.test(name)) return new Date(value).toLocaleString();
  if (typeof value === 'number' && /[a-z]Ms$/.test(name)) return value < 10_000 ? `${value} ms` : lasting(value);
  if (typeof value !== 'object') return clean(String(value));
  const fields = Array.isArray(value) ? [] : Object.entries(value as object);
  if (fields.length === 0 || fields.some(([, inner]) => typeof inner === 'object' && inner !== null))
    return clean(toJson(value));
  return fields.map(([key, inner]) => `${clean(key)} ${cell(key, inner, view)}`).join(', ');
}
