/** What the hooks of Claude Code tell. A turn of the agent itself has no id: there is one at a time. */
import { failed, type Payload, type Table, type Told, textIn } from './payload.js';

export const claude: Table = {
  // After the conversation was made shorter it goes on as it was.
  SessionStart: ({ source }) => ({ event: source === 'compact' ? 'heartbeat' : 'sessionStart' }),
  SessionEnd: (payload) => ({ event: 'sessionEnd', ...said(payload, 'reason') }),
  UserPromptSubmit: 'turnStart',
  Stop: (payload) => ({ event: 'turnEnd', ...stillRunning(payload) }),
  StopFailure: failed,
  SubagentStart: () => ({ event: 'turnStart', subagent: true }),
  SubagentStop: () => ({ event: 'turnEnd', subagent: true }),
  PreToolUse: ({ tool_name }) => ({ event: tool_name === 'AskUserQuestion' ? 'question' : 'toolStart' }),
  PostToolUse: 'toolEnd',
  PostToolUseFailure: 'toolEnd',
  PermissionDenied: 'toolEnd',
  PermissionRequest: ({ tool_name }) => ({ event: tool_name === 'AskUserQuestion' ? 'question' : 'permission' }),
  PreCompact: 'compacting',
  PostCompact: 'heartbeat',
  Notification: notified,
};

const notices = new Map<string, Told['event']>([
  ['permission_prompt', 'permission'],
  ['idle_prompt', 'idle'],
  ['elicitation_dialog', 'question'],
  ['agent_needs_input', 'question'],
]);

/** Older versions say only in words what they want. */
function notified(payload: Payload): Told | undefined {
  const type = textIn(payload, 'notification_type');
  const message = textIn(payload, 'message');
  const worded = /permission/i.test(message ?? '')
    ? 'permission'
    : /waiting for your input/i.test(message ?? '')
      ? 'idle'
      : undefined;
  const event = type === undefined ? worded : notices.get(type);
  return event && { event, ...(message !== undefined && { message }) };
}

function said(payload: Payload, name: string): { message?: string } {
  const message = textIn(payload, name);
  return message === undefined ? {} : { message };
}

/** Shells and agents in the background go on after the turn. */
function stillRunning({ background_tasks }: Payload): { message?: string } {
  if (!Array.isArray(background_tasks) || background_tasks.length === 0) return {};
  return { message: `in the background: ${background_tasks.length}` };
}
