/** The resources there are now, a page at a time. */
import { RpcError } from '#protocol/errors';
import { brief } from './compact.js';
import type { Link } from './link.js';
import { INVALID_PARAMS, Refused } from './refused.js';
import { type ResourceKind, uriOf } from './uri.js';

export interface Listed {
  readonly uri: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
}

const PAGE = 50;
/** Sessions looked at; who has more asks for them by a tool. */
const SESSIONS = 1000;

interface Entry {
  /** Where it stands: what comes or goes moves nothing else. */
  readonly place: string;
  readonly listed: Listed;
}

/** A cursor is the place after which the next page begins. Throws Refused for another one, and what the daemon says. */
export async function listResources(link: Link, cursor: string | undefined, signal: AbortSignal) {
  const after = cursor === undefined ? '' : placeIn(cursor);
  const entries = await entriesOf(link, signal);
  entries.sort((a, b) => (a.place < b.place ? -1 : 1));
  const left = entries.filter(({ place }) => place > after);
  const page = left.slice(0, PAGE);
  const nextCursor = left.length > PAGE ? Buffer.from(page.at(-1)!.place).toString('base64url') : undefined;
  return { resources: page.map(({ listed }) => listed), ...(nextCursor !== undefined && { nextCursor }) };
}

function placeIn(cursor: string): string {
  const place = Buffer.from(cursor, 'base64url').toString();
  if (/^[0-4] [ -~]{0,80}$/.test(place)) return place;
  throw new Refused(INVALID_PARAMS, 'This cursor is of no list of resources. List again without one.');
}

async function entriesOf(link: Link, signal: AbortSignal): Promise<Entry[]> {
  const [sessions, folders, orchestrators] = await Promise.all([
    reachable(link.call('session/list', { limit: SESSIONS }, { signal }).then((all) => all.sessions)),
    reachable(link.call('folder/list', {}, { signal }).then((all) => all.folders)),
    reachable(link.call('orchestrator/list', {}, { signal }).then((all) => all.orchestrators)),
  ]);
  return [
    ...lists.map((listed, at) => ({ place: `0 ${at}`, listed })),
    ...sessions.flatMap(({ id, name, createdAt, projectPath, agentProvider }) => {
      const what = agentProvider && agentProvider !== 'none' ? `A session with ${agentProvider}` : 'A session';
      const about = brief(`${what} in ${projectPath}`);
      return [
        entry(`1 ${timeOf(createdAt)} ${id} a`, ['session', id, name], about),
        entry(`1 ${timeOf(createdAt)} ${id} b`, ['output', id, `Output of ${name}`], 'The tail of its terminal.'),
      ];
    }),
    ...folders.map(({ id, name, createdAt, path }) =>
      entry(`2 ${timeOf(createdAt)} ${id}`, ['folder', id, name], brief(path ? `A folder for ${path}` : 'A folder')),
    ),
    ...orchestrators.map(({ id, name, createdAt }) =>
      entry(`3 ${timeOf(createdAt)} ${id}`, ['insights', id, `Insights of ${name}`], 'What it noticed.'),
    ),
  ];
}

/** What a token does not reach is not there for it. */
function reachable<T>(asked: Promise<readonly T[]>): Promise<readonly T[]> {
  return asked.catch((error) => {
    if (error instanceof RpcError && error.kind === 'Forbidden') return [];
    throw error;
  });
}

function entry(place: string, [kind, id, title]: [ResourceKind, string, string], description: string): Entry {
  const mimeType = kind === 'output' ? 'text/plain' : 'application/json';
  return {
    place,
    listed: { uri: uriOf(kind, id), name: brief(title, 100), title: brief(title), description, mimeType },
  };
}

const timeOf = (ms: number) => String(ms).padStart(16, '0');

const lists: readonly Listed[] = [
  ['sessions', 'Sessions', 'Sessions that are open, with what their agents are doing.'] as const,
  ['folders', 'Folders', 'Folders, in which sessions are filed.'] as const,
  ['preferences', 'Preferences', 'What the user and each folder have set.'] as const,
].map(([kind, title, description]) => ({
  uri: uriOf(kind),
  name: kind,
  title,
  description,
  mimeType: 'application/json',
}));
