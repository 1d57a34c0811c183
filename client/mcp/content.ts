/** What stands in a resource. */
import type { Folder, Session } from '#protocol';
import { RpcError } from '#protocol/errors';
import { tameLines } from '../clean.js';
import { compactJson } from './compact.js';
import type { Link } from './link.js';
import type { Address } from './uri.js';

export interface Content {
  readonly mimeType: string;
  readonly text: string;
  /** What is not said in the text. */
  readonly _meta?: Readonly<Record<string, unknown>>;
}

/** Rows of a list; a tool tells the others. */
const ROWS = 200;
/** The tail of a terminal: about what a model should be given unasked. */
const OUTPUT = { maxLines: 200, maxBytes: 8192 };
const INSIGHTS = 50;

/** Throws what the daemon says. */
export async function contentOf(link: Link, { kind, id }: Address, signal: AbortSignal): Promise<Content> {
  switch (kind) {
    case 'sessions':
      return json(await sessions(link, signal));
    case 'session':
      return json(await link.call('session/get', { id }, { signal }));
    case 'output':
      return output(link, id, signal);
    case 'folders':
      return json(await folders(link, signal));
    case 'folder':
      return json(await folder(link, id, signal));
    case 'preferences':
      return json(await link.call('preference/get', {}, { signal }));
    case 'insights':
      return json(await link.call('insight/list', { orchestratorId: id, limit: INSIGHTS }, { signal }));
  }
}

const json = (value: unknown): Content => ({ mimeType: 'application/json', text: compactJson(value) });

async function sessions(link: Link, signal: AbortSignal) {
  const { sessions: all, more } = await link.call('session/list', { limit: ROWS }, { signal });
  return { sessions: all.map(row), ...(more && { more: `The first ${ROWS}. Call session_list for the others.` }) };
}

async function folders(link: Link, signal: AbortSignal) {
  const { folders: all } = await link.call('folder/list', {}, { signal });
  const more = all.length > ROWS && { more: `The first ${ROWS}. Call folder_list for the others.` };
  return { folders: all.slice(0, ROWS).map(place), ...more };
}

async function folder(link: Link, id: string, signal: AbortSignal) {
  const context = await link.call('folder/context', { id }, { signal });
  return {
    ...context,
    children: context.children.slice(0, ROWS).map(place),
    parentChain: context.parentChain.map(place),
    sessions: context.sessions.slice(0, ROWS).map(row),
  };
}

async function output(link: Link, sessionId: string, signal: AbortSignal): Promise<Content> {
  const read = await link
    .call('terminal/read', { sessionId, mode: 'history', ...OUTPUT }, { signal })
    .catch((error) => {
      // A program that was never started, or is gone with its terminal, has said nothing: that is no missing resource.
      if (error instanceof RpcError && error.kind === 'Gone') return { content: '', omittedLines: 0 };
      throw error;
    });
  const { content, omittedLines } = read;
  return { mimeType: 'text/plain', text: tameLines(content), ...(omittedLines > 0 && { _meta: { omittedLines } }) };
}

function row(session: Session) {
  const { id, name, status, agentProvider, agentState, health, folderId, projectPath, worktreeBranch } = session;
  const { lastActivityAt, exit } = session;
  const agent = { agentProvider, agentState, health };
  return { id, name, status, ...agent, folderId, projectPath, worktreeBranch, exit, lastActivityAt };
}

function place({ id, name, parentId, path }: Folder) {
  return { id, name, parentId, path };
}
