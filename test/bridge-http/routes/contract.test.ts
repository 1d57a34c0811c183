/** Nothing of the contract is missing: its routes and its errors, written down here by hand, each have a row. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allMethods, errors, httpOf } from '#protocol';
import { codeOf, statusOf } from '#protocol/http';
import { folderRows } from './folder-rows.js';
import { commandRows, injectionRows, noticeRows } from './notice-rows.js';
import { orchestratorRows } from './orchestrator-rows.js';
import { otherRows } from './other-rows.js';
import { sessionRows } from './session-rows.js';
import { removalRows, worktreeRows } from './worktree-rows.js';

const routes = `
  GET POST /api/sessions
  GET PATCH DELETE /api/sessions/:id
  POST /api/sessions/:id/suspend
  POST /api/sessions/:id/resume
  POST /api/sessions/:id/exec
  GET /api/sessions/:id/scrollback
  PUT /api/sessions/:id/folder
  POST /api/sessions/reorder
  GET /api/sessions/:id/token
  GET POST /api/folders
  GET PATCH DELETE /api/folders/:id
  POST /api/folders/reorder
  GET /api/folders/:id/children
  GET /api/folders/:id/context
  GET POST DELETE /api/folders/:id/orchestrator
  GET PATCH DELETE /api/folders/:id/knowledge
  GET POST DELETE /api/folders/:id/hooks
  GET POST DELETE /api/worktrees
  POST DELETE /api/github/worktrees
  GET /api/worktrees/status
  POST /api/worktrees/check
  POST /api/github/worktrees/check
  GET POST /api/orchestrators
  GET PATCH DELETE /api/orchestrators/:id
  POST /api/orchestrators/:id/pause
  POST /api/orchestrators/:id/resume
  POST /api/orchestrators/:id/monitoring/start
  POST /api/orchestrators/:id/monitoring/stop
  GET /api/orchestrators/:id/monitoring/status
  GET /api/orchestrators/:id/stalled-sessions
  GET /api/orchestrators/:id/insights
  GET /api/orchestrators/:id/insights/counts
  GET /api/orchestrators/:id/audit
  POST /api/orchestrators/:id/inject
  POST /api/orchestrators/:id/commands
  GET /api/orchestrators/health
  GET POST /api/orchestrators/agent-event
  POST /api/orchestrators/reinitialize
  GET DELETE /api/insights/:id
  POST /api/insights/:id/resolve
  POST /api/insights/cleanup
  POST /api/sessions/:id/insights/resolve
  GET PATCH /api/preferences
  POST /api/preferences/active-folder
  GET PUT DELETE /api/preferences/folders/:id
  GET /api/preferences/folders/:id/environment
  POST /api/preferences/folders/:id/validate-ports
  GET POST /api/keys
  DELETE /api/keys/:id
  GET POST /api/tokens
  DELETE /api/tokens/:id
  GET DELETE /api/tmux/sessions
  DELETE /api/tmux/sessions/orphaned
`
  .trim()
  .split('\n')
  .flatMap((line) => {
    const [path, ...verbs] = line.trim().split(' ').reverse();
    return verbs.map((verb) => `${verb} ${path}`);
  });

/** Of a route, or of several with one beginning. */
const failures: readonly (readonly [route: string, ...codes: string[]])[] = [
  ['POST /api/sessions', 'INVALID_PATH', 'NOT_GIT_REPO', 'NO_REPO_LINKED', 'REPO_NOT_CLONED'],
  ['POST /api/sessions', 'PATH_EXISTS', 'BRANCH_IN_USE'],
  ['GET /api/sessions/:id', 'SESSION_NOT_FOUND'],
  ['PATCH /api/sessions/:id', 'SESSION_NOT_FOUND', 'INVALID_PATH'],
  ['DELETE /api/sessions/:id', 'SESSION_NOT_FOUND', 'HAS_UNCOMMITTED_CHANGES', 'HAS_UNPUSHED_COMMITS'],
  ['POST /api/sessions/:id/suspend', 'SESSION_NOT_FOUND', 'INVALID_STATE_TRANSITION'],
  ['POST /api/sessions/:id/resume', 'SESSION_NOT_FOUND', 'INVALID_STATE_TRANSITION'],
  ['POST /api/sessions/:id/exec', 'COMMAND_REQUIRED', 'SESSION_CLOSED', 'SESSION_NOT_FOUND'],
  ['GET /api/sessions/:id/scrollback', 'SESSION_NOT_FOUND', 'TMUX_SESSION_GONE'],
  ['PUT /api/sessions/:id/folder', 'SESSION_NOT_FOUND', 'FOLDER_NOT_FOUND'],
  ['POST /api/sessions/reorder', 'INVALID_PARAMS'],
  ['GET /api/sessions/:id/token', 'SESSION_NOT_FOUND'],
  ['POST /api/folders', 'INVALID_PARAMS', 'FOLDER_NOT_FOUND'],
  ['GET /api/folders/:id', 'FOLDER_NOT_FOUND'],
  ['PATCH /api/folders/:id', 'BUSINESS_RULE_VIOLATION', 'FOLDER_NOT_FOUND'],
  ['DELETE /api/folders/:id', 'FOLDER_NOT_FOUND'],
  ['POST /api/folders/reorder', 'INVALID_PARAMS'],
  ['GET /api/folders/:id/children', 'FOLDER_NOT_FOUND'],
  ['GET /api/folders/:id/context', 'FOLDER_NOT_FOUND'],
  ['PATCH /api/folders/:id/knowledge', 'UNKNOWN_ACTION', 'INVALID_DATA', 'FOLDER_NOT_FOUND'],
  ['GET /api/folders/:id/hooks', 'FOLDER_NOT_FOUND'],
  ['POST /api/folders/:id/hooks', 'INVALID_PROVIDERS', 'NO_PROJECT_PATH', 'FOLDER_NOT_FOUND'],
  ['GET /api/worktrees', 'NOT_GIT_REPO'],
  ['POST /api/worktrees', 'NOT_GIT_REPO', 'NOT_CLONED', 'PATH_EXISTS', 'BRANCH_IN_USE', 'CREATE_FAILED'],
  ['DELETE /api/worktrees', 'HAS_UNCOMMITTED_CHANGES', 'HAS_UNPUSHED_COMMITS'],
  ['GET /api/worktrees/status', 'INVALID_PARAMS'],
  ['POST /api/worktrees/check', 'INVALID_PARAMS', 'WORKTREE_NOT_FOUND'],
  ['POST /api/orchestrators', 'INVALID_TYPE', 'MISSING_FOLDER_ID'],
  ['POST /api/orchestrators', 'MASTER_ORCHESTRATOR_ALREADY_EXISTS', 'SUB_ORCHESTRATOR_ALREADY_EXISTS'],
  ['GET /api/orchestrators/:id', 'ORCHESTRATOR_NOT_FOUND'],
  ['DELETE /api/orchestrators/:id', 'ORCHESTRATOR_NOT_FOUND'],
  ['PATCH /api/orchestrators/:id', 'NO_UPDATES', 'ORCHESTRATOR_NOT_FOUND'],
  ['POST /api/orchestrators/:id/pause', 'ORCHESTRATOR_NOT_FOUND'],
  ['POST /api/orchestrators/:id/resume', 'ORCHESTRATOR_NOT_FOUND'],
  ['POST /api/orchestrators/:id/monitoring/start', 'ORCHESTRATOR_NOT_FOUND'],
  ['POST /api/orchestrators/:id/monitoring/stop', 'ORCHESTRATOR_NOT_FOUND'],
  ['GET /api/orchestrators/:id/monitoring/status', 'ORCHESTRATOR_NOT_FOUND'],
  ['GET /api/orchestrators/:id/stalled-sessions', 'ORCHESTRATOR_NOT_FOUND'],
  ['POST /api/orchestrators/:id/inject', 'MISSING_SESSION_ID', 'MISSING_COMMAND', 'SESSION_CLOSED'],
  ['POST /api/orchestrators/:id/inject', 'ORCHESTRATOR_PAUSED', 'SESSION_NOT_IN_SCOPE', 'INVALID_COMMAND'],
  ['POST /api/orchestrators/:id/inject', 'COMMAND_INJECTION_FAILED', 'SESSION_NOT_FOUND', 'ORCHESTRATOR_NOT_FOUND'],
  ['GET /api/insights/:id', 'INSIGHT_NOT_FOUND'],
  ['POST /api/orchestrators/agent-event', 'INVALID_PARAMS'],
  ['POST /api/orchestrators/reinitialize', 'INVALID_TYPE', 'MISSING_FOLDER_ID', 'FOLDER_NOT_FOUND'],
  ['POST /api/orchestrators/reinitialize', 'NO_PROJECT_PATH', 'BOOTSTRAP_FAILED'],
  ['GET /api/folders/:id/orchestrator', 'FOLDER_NOT_FOUND'],
  ['PATCH /api/preferences', 'NO_UPDATES'],
  ['POST /api/keys', 'KEY_LIMIT_REACHED', 'NAME_REQUIRED', 'NAME_TOO_LONG'],
];

const rows = [
  ...[...sessionRows, ...folderRows, ...worktreeRows, ...removalRows, ...otherRows],
  ...[...orchestratorRows, ...injectionRows, ...commandRows, ...noticeRows],
];
/** Whatever the parameters in a path are called. */
const plain = (route: string) => route.replace(/:\w+/g, ':id');
const served = allMethods.flatMap(([, method]) => httpOf(method).routes.map(plain));

test('every route of the contract is served', () => {
  assert.deepEqual(
    routes.filter((route) => !served.includes(route)),
    [],
  );
});

test('every route of the method table has a row that succeeds', () => {
  const covered = new Set(rows.filter(({ fails }) => !fails).map(({ route }) => route));
  assert.deepEqual(
    served.filter((route) => !covered.has(route)),
    [],
  );
});

test('every failure the contract lists has a row', () => {
  const missing = failures.flatMap(([route, ...codes]) =>
    codes.filter((code) => !rows.some((row) => row.route === route && row.fails?.[1] === code)),
  );
  assert.deepEqual(missing, []);
});

test('what no row can bring about has the status and the code of the contract too', () => {
  for (const [kind, code, status, said] of [
    ['Unavailable', 'TMUX_CREATE_FAILED', 400, 'TMUX_CREATE_FAILED'],
    ['Gone', 'TMUX_SESSION_GONE', 410, 'TMUX_SESSION_GONE'],
    ['Unauthorized', 'EXPIRED_TOKEN', 401, 'EXPIRED_TOKEN'],
    ['Unauthorized', 'TOKEN_REVOKED', 401, 'INVALID_TOKEN'],
    ['RateLimited', undefined, 429, 'RATE_LIMITED'],
    ['Unavailable', 'CONNECTION_LOST', 503, 'RDV_UNAVAILABLE'],
    ['Timeout', undefined, 504, 'RDV_TIMEOUT'],
    ['InvalidParams', undefined, 400, 'INVALID_PARAMS'],
  ] as const)
    assert.deepEqual([statusOf(kind, code), codeOf(kind, code)], [status, said]);
  for (const kind of Object.keys(errors) as (keyof typeof errors)[]) assert.match(codeOf(kind), /^[A-Z][A-Z_]*$/);
});
