/** What the hooks of Codex tell, and its older `notify`. Each turn has an id. */
import { failed, type Payload, type Table, type Told, textIn } from './payload.js';

const turn =
  (event: Told['event']) =>
  (payload: Payload): Told => ({ event, ...turnIn(payload) });

export const codex: Table = {
  SessionStart: ({ source }) => ({ event: source === 'compact' ? 'heartbeat' : 'sessionStart' }),
  SessionEnd: 'sessionEnd',
  UserPromptSubmit: turn('turnStart'),
  Stop: turn('turnEnd'),
  Interrupt: turn('turnEnd'),
  StopFailure: (payload) => ({ ...failed(payload), ...turnIn(payload) }),
  SubagentStart: () => ({ event: 'turnStart', subagent: true }),
  SubagentStop: () => ({ event: 'turnEnd', subagent: true }),
  PreToolUse: (payload) => turn(payload.tool_name === 'request_user_input' ? 'question' : 'toolStart')(payload),
  PostToolUse: turn('toolEnd'),
  PermissionRequest: turn('permission'),
  PreCompact: turn('compacting'),
  PostCompact: turn('heartbeat'),
  notify(payload) {
    if (payload.type === 'agent-turn-complete') return { event: 'turnEnd', ...turnIn(payload) };
    return payload.type === 'approval-requested' ? { event: 'permission', ...turnIn(payload) } : undefined;
  },
};

function turnIn(payload: Payload): { turnId?: string } {
  const turnId = textIn(payload, 'turn_id') ?? textIn(payload, 'turn-id');
  return turnId === undefined || turnId.length > 200 ? {} : { turnId };
}
