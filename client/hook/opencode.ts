/** What our plugin in OpenCode tells of its events. A conversation begun by another one is an agent within the agent. */
import { type Payload, partOf, type Table, type Told, textIn } from './payload.js';

const own =
  (event: Told['event']) =>
  (payload: Payload): Told => ({ event, ...turnIn(payload) });
const asking =
  (event: Told['event']) =>
  (payload: Payload): Told => ({ ...own(event)(payload), ...titleIn(payload) });

export const opencode: Table = {
  'session.created': (payload) => (isChild(payload) ? undefined : { event: 'sessionStart' }),
  'session.status': status,
  'session.idle': own('turnEnd'),
  'session.error': failed,
  'session.compacted': own('heartbeat'),
  'tool.execute.before': (payload) => ({ ...own('toolStart')(payload), ...toolIn(payload) }),
  'tool.execute.after': (payload) => ({ ...own('toolEnd')(payload), ...toolIn(payload) }),
  'permission.asked': asking('permission'),
  'permission.updated': asking('permission'),
  // It goes on.
  'permission.replied': own('turnStart'),
  'question.asked': asking('question'),
  'question.replied': own('turnStart'),
  'question.rejected': own('turnStart'),
};

const isChild = (payload: Payload): boolean => textIn(payload, 'parentID') !== undefined;

function turnIn(payload: Payload): { turnId?: string; subagent?: boolean } {
  const turnId = textIn(payload, 'sessionID');
  return {
    ...(turnId !== undefined && turnId.length <= 200 && { turnId }),
    ...(isChild(payload) && { subagent: true }),
  };
}

function toolIn(payload: Payload): { tool?: string } {
  const tool = textIn(payload, 'tool');
  return tool === undefined ? {} : { tool };
}

function titleIn(payload: Payload): { message?: string } {
  const message = textIn(payload, 'title') ?? textIn(payload, 'permission');
  return message === undefined ? {} : { message };
}

/** It tries again by itself; what it waits for is told in words, and when it does so as a Unix time. */
function status(payload: Payload): Told | undefined {
  const { type, next } = partOf(payload, 'status') ?? {};
  if (type === 'busy') return own('turnStart')(payload);
  if (type === 'idle') return own('turnEnd')(payload);
  if (type !== 'retry') return undefined;
  const message = textIn(partOf(payload, 'status'), 'message') ?? '';
  if (!/limit|quota|too many requests/i.test(message)) return { ...own('heartbeat')(payload), message };
  return { ...own('limited')(payload), message, ...(Number.isSafeInteger(next) && { untilAt: next as number }) };
}

function failed(payload: Payload): Told {
  const error = partOf(payload, 'error');
  const name = textIn(error, 'name') ?? '';
  const message = textIn(partOf(error, 'data'), 'message') ?? name;
  if (name === 'MessageAbortedError') return own('turnEnd')(payload);
  return { ...own(name === 'ProviderAuthError' ? 'authFailed' : 'turnFailed')(payload), message };
}
