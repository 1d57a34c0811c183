/** What hooks tell in the words of each agent, and in ours. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { agentMethods } from '#protocol';
import { eventsOf, isHooked, reportOf } from '../../../client/hook/report.js';
import { CODEX, claudeEvents, GEMINI, hookedAgents } from '../../../daemon/hooks/events.js';
import { HEARD } from '../../../daemon/hooks/plugin.js';

const session = '6f0c1b5e-8a63-4a54-9a3d-0d3a5a3f7a10';

type Case = readonly [event: string, payload: Record<string, unknown>, told: Record<string, unknown> | undefined];

const claude = {
  session_id: 'c1',
  transcript_path: '/home/ann/.claude/projects/x/c1.jsonl',
  cwd: '/work',
  permission_mode: 'default',
};
const ofClaude = { agentSessionId: 'c1', transcriptPath: claude.transcript_path };

const claudeCases: Case[] = [
  ['SessionStart', { ...claude, source: 'startup', model: 'opus' }, { event: 'sessionStart' }],
  ['SessionStart', { ...claude, source: 'compact' }, { event: 'heartbeat' }],
  ['UserPromptSubmit', { ...claude, prompt: 'a secret plan' }, { event: 'turnStart' }],
  [
    'PreToolUse',
    { ...claude, tool_name: 'Bash', tool_input: { command: 'ls' }, tool_use_id: 't1' },
    { event: 'toolStart', tool: 'Bash' },
  ],
  [
    'PreToolUse',
    { ...claude, tool_name: 'AskUserQuestion', tool_input: {} },
    { event: 'question', tool: 'AskUserQuestion' },
  ],
  ['PostToolUse', { ...claude, tool_name: 'Bash', tool_response: { stdout: 'x' } }, { event: 'toolEnd', tool: 'Bash' }],
  [
    'PostToolUseFailure',
    { ...claude, tool_name: 'Bash', error: 'exit 1', is_interrupt: false },
    { event: 'toolEnd', tool: 'Bash' },
  ],
  [
    'PermissionRequest',
    { ...claude, tool_name: 'Bash', permission_suggestions: [] },
    { event: 'permission', tool: 'Bash' },
  ],
  [
    'Notification',
    { ...claude, notification_type: 'permission_prompt', message: 'Claude needs your permission to use Bash' },
    { event: 'permission', message: 'Claude needs your permission to use Bash' },
  ],
  [
    'Notification',
    { ...claude, message: 'Claude is waiting for your input' },
    { event: 'idle', message: 'Claude is waiting for your input' },
  ],
  ['Notification', { ...claude, notification_type: 'auth_success', message: 'Logged in' }, undefined],
  ['PreCompact', { ...claude, trigger: 'auto' }, { event: 'compacting' }],
  [
    'SubagentStart',
    { ...claude, agent_id: 'a7', agent_type: 'Explore' },
    { event: 'turnStart', turnId: 'a7', subagent: true },
  ],
  [
    'PreToolUse',
    { ...claude, agent_id: 'a7', agent_type: 'Explore', tool_name: 'Grep' },
    { event: 'toolStart', tool: 'Grep', turnId: 'a7', subagent: true },
  ],
  [
    'SubagentStop',
    { ...claude, agent_id: 'a7', stop_hook_active: false },
    { event: 'turnEnd', turnId: 'a7', subagent: true },
  ],
  ['SubagentStop', { ...claude, stop_hook_active: false }, { event: 'turnEnd', subagent: true }],
  ['Stop', { ...claude, stop_hook_active: false, last_assistant_message: 'Done.' }, { event: 'turnEnd' }],
  [
    'Stop',
    { ...claude, background_tasks: [{ id: 'b1', status: 'running' }] },
    { event: 'turnEnd', message: 'in the background: 1' },
  ],
  [
    'StopFailure',
    { ...claude, error: 'rate_limit', error_details: 'limit reached|1749924000' },
    { event: 'limited', message: 'limit reached|1749924000', untilAt: 1_749_924_000_000 },
  ],
  [
    'StopFailure',
    { ...claude, error: 'authentication_failed', last_assistant_message: 'Please run /login' },
    { event: 'authFailed', message: 'Please run /login' },
  ],
  ['StopFailure', { ...claude, error: 'server_error' }, { event: 'turnFailed', message: 'server_error' }],
  ['SessionEnd', { ...claude, reason: 'prompt_input_exit' }, { event: 'sessionEnd', message: 'prompt_input_exit' }],
  ['WorktreeCreate', claude, undefined],
];

const codex = {
  session_id: 'x1',
  turn_id: 'u1',
  transcript_path: null,
  cwd: '/work',
  model: 'gpt',
  permission_mode: 'default',
};
const ofCodex = { agentSessionId: 'x1' };

const codexCases: Case[] = [
  ['SessionStart', { ...codex, turn_id: undefined, source: 'startup' }, { event: 'sessionStart' }],
  ['UserPromptSubmit', { ...codex, prompt: 'x' }, { event: 'turnStart' }],
  ['PreToolUse', { ...codex, tool_name: 'Bash', tool_input: { command: 'ls' } }, { event: 'toolStart', tool: 'Bash' }],
  ['PermissionRequest', { ...codex, tool_name: 'Bash' }, { event: 'permission', tool: 'Bash' }],
  ['PostToolUse', { ...codex, tool_name: 'Bash', tool_response: '' }, { event: 'toolEnd', tool: 'Bash' }],
  ['Stop', { ...codex, stop_hook_active: false, last_assistant_message: null }, { event: 'turnEnd' }],
  ['StopFailure', { ...codex, error: 'overloaded', error_details: null }, { event: 'limited', message: 'overloaded' }],
];

const gemini = {
  session_id: 'g1',
  transcript_path: '/home/ann/g1.json',
  cwd: '/work',
  timestamp: '2026-11-28T10:00:00Z',
};
const ofGemini = { agentSessionId: 'g1', transcriptPath: '/home/ann/g1.json' };

const geminiCases: Case[] = [
  ['SessionStart', { ...gemini, source: 'startup' }, { event: 'sessionStart' }],
  ['BeforeAgent', { ...gemini, prompt: 'x' }, { event: 'turnStart' }],
  [
    'BeforeTool',
    { ...gemini, tool_name: 'run_shell_command', tool_input: {} },
    { event: 'toolStart', tool: 'run_shell_command' },
  ],
  [
    'AfterTool',
    { ...gemini, tool_name: 'run_shell_command', tool_response: {} },
    { event: 'toolEnd', tool: 'run_shell_command' },
  ],
  [
    'Notification',
    { ...gemini, notification_type: 'ToolPermission', message: 'Tool run_shell_command requires editing' },
    { event: 'permission', message: 'Tool run_shell_command requires editing' },
  ],
  ['PreCompress', { ...gemini, trigger: 'auto' }, { event: 'compacting' }],
  ['AfterAgent', { ...gemini, prompt: 'x', prompt_response: 'y', stop_hook_active: false }, { event: 'turnEnd' }],
  ['SessionEnd', { ...gemini, reason: 'exit' }, { event: 'sessionEnd', message: 'exit' }],
];

const open = { sessionID: 'ses_1' };
// Several conversations may go on at a time in one OpenCode.
const ofOpen = { turnId: 'ses_1' };

const openCases: Case[] = [
  ['session.status', { ...open, status: { type: 'busy' } }, { event: 'turnStart' }],
  ['session.status', { ...open, status: { type: 'idle' } }, { event: 'turnEnd' }],
  [
    'session.status',
    { ...open, status: { type: 'retry', attempt: 2, message: 'Rate limit exceeded', next: 1_749_924_000_123 } },
    { event: 'limited', message: 'Rate limit exceeded', untilAt: 1_749_924_000_123 },
  ],
  ['session.status', { ...open, parentID: 'ses_0', status: { type: 'busy' } }, { event: 'turnStart', subagent: true }],
  ['session.idle', open, { event: 'turnEnd' }],
  [
    'session.error',
    { ...open, error: { name: 'MessageAbortedError', data: { message: 'Aborted' } } },
    { event: 'turnEnd' },
  ],
  [
    'session.error',
    { ...open, error: { name: 'ProviderAuthError', data: { message: 'No key' } } },
    { event: 'authFailed', message: 'No key' },
  ],
  [
    'permission.asked',
    { ...open, id: 'per_1', permission: 'bash', patterns: ['ls'] },
    { event: 'permission', message: 'bash' },
  ],
  ['permission.replied', { ...open, requestID: 'per_1', reply: 'once' }, { event: 'turnStart' }],
  ['question.asked', { ...open, id: 'q1', questions: [] }, { event: 'question' }],
  ['tool.execute.before', { ...open, tool: 'bash', callID: 'c' }, { event: 'toolStart', tool: 'bash' }],
];

for (const [agent, cases, always] of [
  ['claude', claudeCases, ofClaude],
  ['codex', codexCases, ofCodex],
  ['gemini', geminiCases, ofGemini],
  ['opencode', openCases, ofOpen],
] as const) {
  test(`${agent}: each hook tells what it should, and the daemon takes it`, () => {
    for (const [event, payload, told] of cases) {
      const report = reportOf(agent, event, payload);
      if (report) agentMethods['agent/report'].params.parse({ ...report, sessionId: session, agent });
      assert.deepEqual(report, told && Object.assign({ rawEvent: event }, always, told), event);
    }
  });
}

test('the notice of a turn that Codex gives to one program of its user is understood', () => {
  const payload = {
    type: 'agent-turn-complete',
    'thread-id': 'x1',
    'turn-id': 'u1',
    cwd: '/work',
    'last-assistant-message': 'Done',
  };
  assert.deepEqual(reportOf('codex', 'notify', payload), {
    event: 'turnEnd',
    rawEvent: 'notify',
    agentSessionId: 'x1',
  });
});

test('each event that is asked for is understood', () => {
  const asked = { claude: claudeEvents('2.1.233'), codex: CODEX, gemini: GEMINI, opencode: HEARD };
  for (const agent of hookedAgents) {
    assert.ok(isHooked(agent));
    assert.deepEqual(
      asked[agent].filter((event) => !eventsOf(agent).includes(event)),
      [],
      agent,
    );
  }
});

test('nothing an agent may say makes a report that the daemon refuses', () => {
  const names = [
    'session_id',
    'sessionID',
    'turn_id',
    'agent_id',
    'tool_name',
    'tool',
    'message',
    'error',
    'status',
    'transcript_path',
  ];
  const value = fc.oneof(
    fc.string({ maxLength: 5000 }),
    fc.constantFrom('constructor', '__proto__', 'toString'),
    fc.jsonValue(),
    fc.constant({ type: 'retry', message: 'limit', next: 1e300 }),
  );
  const some = fc.dictionary(
    fc.constantFrom(...names, 'source', 'notification_type', 'parentID', 'background_tasks'),
    value,
  );
  fc.assert(
    fc.property(fc.constantFrom(...hookedAgents), fc.nat(), some, (agent, at, payload) => {
      const event = eventsOf(agent)[at % eventsOf(agent).length]!;
      const report = reportOf(agent, event, payload);
      if (report) agentMethods['agent/report'].params.parse({ ...report, sessionId: session, agent });
    }),
  );
  assert.equal(reportOf('claude', 'constructor', {}), undefined);
  assert.equal(isHooked('constructor'), false);
});
