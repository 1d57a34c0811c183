/** What the hooks of Gemini CLI tell. Turns have no id: there is one at a time. */
import { type Payload, type Table, type Told, textIn } from './payload.js';

export const gemini: Table = {
  SessionStart: 'sessionStart',
  SessionEnd: (payload) => {
    const reason = textIn(payload, 'reason');
    return { event: 'sessionEnd', ...(reason !== undefined && { message: reason }) };
  },
  BeforeAgent: 'turnStart',
  AfterAgent: 'turnEnd',
  BeforeTool: ({ tool_name }) => ({ event: tool_name === 'ask_user' ? 'question' : 'toolStart' }),
  AfterTool: 'toolEnd',
  BeforeModel: 'heartbeat',
  AfterModel: 'heartbeat',
  PreCompress: 'compacting',
  Notification: notified,
};

function notified(payload: Payload): Told | undefined {
  if (payload.notification_type !== 'ToolPermission') return undefined;
  const message = textIn(payload, 'message');
  return { event: 'permission', ...(message !== undefined && { message }) };
}
