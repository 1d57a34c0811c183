/** What the hooks of Codex tell, and its older `notify`. One that is interrupted tells no end of its turn, so turns go by no id. */
import { failed, type Table, type Told } from './payload.js';

export const codex: Table = {
  SessionStart: ({ source }) => ({ event: source === 'compact' ? 'heartbeat' : 'sessionStart' }),
  SessionEnd: 'sessionEnd',
  UserPromptSubmit: 'turnStart',
  Stop: 'turnEnd',
  Interrupt: 'turnEnd',
  StopFailure: failed,
  SubagentStart: () => ({ event: 'turnStart', subagent: true }),
  SubagentStop: () => ({ event: 'turnEnd', subagent: true }),
  PreToolUse: ({ tool_name }) => ({ event: tool_name === 'request_user_input' ? 'question' : 'toolStart' }),
  PostToolUse: 'toolEnd',
  PermissionRequest: 'permission',
  PreCompact: 'compacting',
  PostCompact: 'heartbeat',
  notify: ({ type }) => notices.get(type),
};

const notices = new Map<unknown, Told>([
  ['agent-turn-complete', { event: 'turnEnd' }],
  ['approval-requested', { event: 'permission' }],
]);
