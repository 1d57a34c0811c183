/** What the URL of a terminal asks for, in either spelling. Pure. */
import { isSize, type Size } from './sizes.js';

export interface Asked {
  /** Undefined when it cannot be the id of a session. */
  readonly sessionId: string | undefined;
  /** As the page knows it; undefined when it says none. */
  readonly tmuxSessionName: string | undefined;
  readonly ticket: string | undefined;
  readonly size: Size | undefined;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PATH = '/ws/terminal/';

/** Undefined where there is no terminal at all. */
export function askedOf(path: string, query: URLSearchParams): Asked | undefined {
  const inPath = path.startsWith(PATH) ? path.slice(PATH.length) : undefined;
  if (path !== '/ws' && (inPath === undefined || inPath === '' || inPath.includes('/'))) return undefined;
  const sessionId = inPath ?? query.get('sessionId') ?? '';
  return {
    sessionId: UUID.test(sessionId) ? sessionId.toLowerCase() : undefined,
    tmuxSessionName: query.get('tmuxSession') || undefined,
    ticket: query.get('token') || undefined,
    size: sizeOf({ cols: Number(query.get('cols')), rows: Number(query.get('rows')) }),
  };
}

function sizeOf(size: Size): Size | undefined {
  return isSize(size) ? size : undefined;
}
