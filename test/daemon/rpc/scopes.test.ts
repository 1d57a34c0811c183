/** What a token may do: every method with every scope, and what a token of a part of the tree reaches. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allMethods, type MethodName, Scope } from '#protocol';
import { checkReach, checkScope, need } from '../../../daemon/rpc/access.js';
import type { Reach } from '../../../daemon/rpc/identity.js';
import { isReached } from '../../../daemon/rpc/reached.js';
import { identityOf } from '../../support/identity.js';
import { refused } from '../../support/refused.js';
import { onFloor } from './floor.js';

/** Said again by hand: a method that moves to another scope by mistake must be seen. */
const asks: Readonly<Record<Scope, string>> = {
  read: `initialize shutdown rpc.discover auth/refresh daemon/ping daemon/health daemon/status session/list session/get
    event/subscribe event/unsubscribe event/list folder/list folder/get folder/children folder/context knowledge/get
    knowledge/search preference/get preference/getFolder preference/environment preference/validatePorts
    preference/explain project/get project/list trash/list worktree/list worktree/status worktree/check
    worktree/branches worktree/inspect token/list tmux/list
    agent/get agent/list agent/explain session/stalls injection/get injection/list interaction/list
    orchestrator/list orchestrator/get orchestrator/monitoring orchestrator/stalled orchestrator/audit
    orchestrator/health orchestrator/events orchestrator/ofFolder insight/list insight/counts insight/get hook/status
    message/list notification/list`,
  write: `session/create session/rename session/update session/move session/reorder session/suspend session/resume
    session/run folder/create folder/update folder/reorder knowledge/update knowledge/export preference/set
    preference/activate preference/setFolder preference/setVariables project/detect project/refresh trash/restore
    worktree/create token/create token/rotate agent/report injection/cancel orchestrator/create orchestrator/update
    orchestrator/pause orchestrator/resume orchestrator/startMonitoring orchestrator/stopMonitoring orchestrator/event
    orchestrator/ensure insight/resolve insight/resolveSession hook/install hook/remove message/send message/ack
    notification/send notification/read`,
  destroy: `session/close folder/delete knowledge/delete preference/clearFolder trash/delete trash/empty
    worktree/remove worktree/prune token/revoke tmux/kill tmux/killOrphaned orchestrator/delete
    orchestrator/reinitialize orchestrator/deleteOfFolder insight/delete insight/cleanup`,
  'terminal:read': `session/scrollback session/wait session/record terminal/read terminal/search terminal/open
    terminal/ack terminal/close session/ticket`,
  'terminal:write': `session/exec session/send terminal/input terminal/resize terminal/focus agent/send
    orchestrator/inject interaction/respond`,
  admin: `daemon/stop cleanup/run audit/list audit/verify daemon/metrics config/get config/reload notification/test`,
  service: 'token/redeem',
};

/** What each scope stands for, itself included. */
const covers: Readonly<Record<Scope, readonly Scope[]>> = {
  read: ['read'],
  write: ['write', 'read'],
  destroy: ['destroy', 'write', 'read'],
  'terminal:read': ['terminal:read'],
  'terminal:write': ['terminal:write', 'terminal:read'],
  admin: ['admin', 'destroy', 'write', 'read', 'terminal:write', 'terminal:read'],
  service: ['service'],
};

const scopeOf = new Map(
  Object.entries(asks).flatMap(([scope, names]) => names.split(/\s+/).map((name) => [name, scope as Scope])),
);

test('the table of scopes names every method, and no other', () => {
  assert.deepEqual([...scopeOf.keys()].filter(Boolean).sort(), allMethods.map(([name]) => name).sort());
});

/** Those of the connection itself, and what the floor cannot run without a login. */
const own = new Set<string>(['initialize', 'shutdown', 'rpc.discover', 'auth/refresh']);

for (const scope of Scope.options) {
  test(
    `over the wire a token with the scope ${scope} may call what it covers, and nothing else`,
    onFloor({ login: () => identityOf('ann', [scope]) }, async ({ connectAs }) => {
      const client = await connectAs();
      for (const [name] of allMethods) {
        if (own.has(name)) continue;
        const { error } = await client.call(name, {});
        const may = covers[scope].includes(scopeOf.get(name)!);
        assert.equal(error?.data.code === 'MISSING_SCOPE', !may, `${name} with ${scope}: ${error?.message}`);
        if (!may) assert.match(error.message, new RegExp(`scope "${scopeOf.get(name)}"`));
      }
    }),
  );
}

/** What a probe of the bridge asks, which tells nothing of anybody; and what agents tell, which is the owner's of their session. */
const forNobody: readonly MethodName[] = [
  'daemon/health',
  'daemon/status',
  'orchestrator/event',
  'orchestrator/events',
];

test('a service token that names no user may call nothing of anybody', () => {
  const nobody = identityOf('', ['admin', 'service']);
  for (const [name, method] of allMethods)
    if (forNobody.includes(name)) checkScope(name, method, nobody);
    else if (scopeOf.get(name) !== 'service')
      assert.throws(() => checkScope(name, method, nobody), refused('Forbidden', /./));
});

test('a handler may ask for more than its method does', () => {
  need('session/update', 'destroy', identityOf('ann', ['destroy']));
  const lacking = refused('Forbidden', /^session\/update needs a token with the scope "destroy"/, 'MISSING_SCOPE');
  assert.throws(() => need('session/update', 'destroy', identityOf('ann', ['write'])), lacking);
});

const reach: Reach = {
  name: 'folder "api"',
  session: (id) => id === 's1',
  folder: (id) => ['f1', 'f2'].includes(id),
  orchestrator: (id) => id === 'o1',
  watched: (id) => id === 'w1',
};
const methodOf = Object.fromEntries(allMethods) as Record<MethodName, (typeof allMethods)[0][1]>;
const checked = (name: MethodName, params: object) => checkReach(name, methodOf[name], { ...params }, reach);

test('what lies in the reach may be named, what lies outside does not exist, and the root is refused', () => {
  for (const [name, params] of [
    ['session/get', { id: 's1' }],
    ['session/reorder', { sessionIds: ['s1'] }],
    ['session/move', { id: 's1', folderId: 'f2' }],
    ['session/create', { folderId: 'f1' }],
    ['folder/update', { id: 'f2' }],
    ['session/list', {}],
    ['orchestrator/get', { id: 'o1' }],
    ['orchestrator/inject', { id: 'o1', sessionId: 'w1' }],
    ['agent/explain', { sessionId: 'w1' }],
    ['insight/list', { orchestratorId: 'o1' }],
  ] as const)
    checked(name, params);
  // Those it watches it looks at; whatever else is done to them is not for it.
  for (const name of ['session/close', 'session/rename', 'session/exec', 'agent/send', 'terminal/open'] as const)
    assert.throws(() => checked(name, { id: 'w1', sessionId: 'w1' }), refused('NotFound', /^No session w1/), name);
  for (const [name, params] of [
    ['orchestrator/get', { id: 'o2' }],
    ['orchestrator/inject', { id: 'o2', sessionId: 's1' }],
    ['insight/counts', { orchestratorId: 'o2' }],
  ] as const)
    assert.throws(() => checked(name, params), refused('NotFound', /^No orchestrator o2\. List them with/));
  for (const [name, params] of [
    ['session/get', { id: 's2' }],
    ['session/reorder', { sessionIds: ['s1', 's2'] }],
    ['session/move', { id: 's1', folderId: 'f3' }],
    ['folder/update', { id: 'f2', parentId: 'f3' }],
    ['session/create', { folderId: 'f3' }],
  ] as const)
    assert.throws(() => checked(name, params), refused('NotFound', /^No (session s2|folder f3)\. List them with/));
  for (const [name, params] of [
    ['session/create', {}],
    ['session/move', { id: 's1', folderId: null }],
    ['folder/update', { id: 'f2', parentId: null }],
    ['folder/create', {}],
  ] as const)
    assert.throws(() => checked(name, params), refused('Forbidden', /reaches only folder "api"; name a folder/));
});

test('a token of a part of the tree calls only methods that say what they concern', () => {
  const bound = identityOf('ann', ['admin', 'service'], { reach });
  for (const [name, method] of allMethods) {
    if (method.concerns) checkScope(name, method, bound);
    else assert.throws(() => checkScope(name, method, bound), refused('Forbidden', /reaches only/, 'OUT_OF_REACH'));
  }
  assert.deepEqual(
    allMethods
      .filter(([, { concerns }]) => !concerns)
      .map(([name]) => name.split('/')[0])
      .filter((noun, i, all) => all.indexOf(noun) === i)
      .sort(),
    [
      'audit',
      'cleanup',
      'config',
      'daemon',
      'injection',
      'insight',
      'interaction',
      'knowledge',
      'notification',
      'orchestrator',
      'preference',
      'project',
      'tmux',
      'token',
      'trash',
      'worktree',
    ],
  );
});

test('an event is for a token that reaches its session or folder; one that names neither is not', () => {
  for (const [params, seen] of [
    [{ session: { id: 's1' } }, true],
    [{ session: { id: 's2' } }, false],
    [{ sessionId: 's1' }, true],
    [{ folder: { id: 'f1' } }, true],
    [{ folderId: 'f3' }, false],
    [{ folderId: null }, false],
    [{ project: { folderId: 'f2' } }, true],
    [{ path: '/x' }, false],
    [{ sessionId: 'w1' }, true],
    [{ orchestrator: { id: 'o1' } }, true],
    [{ orchestrator: { id: 'o2' } }, false],
    [{ insight: { orchestratorId: 'o1', sessionId: 's2' } }, true],
    [{ insight: { orchestratorId: 'o2', sessionId: 's1' } }, true],
    [{ insight: { orchestratorId: 'o2', sessionId: 's2' } }, false],
  ] as const) {
    assert.equal(isReached(params, reach), seen, JSON.stringify(params));
    assert.equal(isReached(params, undefined), true);
  }
});
