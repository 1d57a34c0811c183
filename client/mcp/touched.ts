/** Which resources an event of the daemon changes. Pure. */
import type { Event, EventName } from '#protocol';
import { uriOf } from './uri.js';

/** The events that change any. */
export const telling = [
  'session/created',
  'session/changed',
  'session/exited',
  'session/stalled',
  'session/recovered',
  'agent/changed',
  'trash/restored',
  'folder/created',
  'folder/changed',
  'folder/deleted',
  'preference/changed',
  'insight/created',
  'insight/changed',
  'insight/deleted',
  'orchestrator/created',
  'orchestrator/deleted',
] as const satisfies readonly EventName[];

export interface Touched {
  readonly uris: readonly string[];
  /** Of each folder: from which one a session went, no event tells. */
  readonly everyFolder: boolean;
  /** Resources have come or gone. */
  readonly listed: boolean;
}

export function touchedBy({ name, params }: Event): Touched {
  const [noun, verb] = name.split('/') as [string, string];
  const listed = verb === 'created' || verb === 'deleted' || verb === 'restored';
  const only = (...uris: string[]): Touched => ({ uris, everyFolder: false, listed });
  switch (noun) {
    case 'session':
    case 'agent': {
      const { session, sessionId } = params as { session?: { id: string; status: string }; sessionId?: string };
      const uris = [uriOf('sessions'), uriOf('session', session?.id ?? sessionId)];
      if (!session) return only(...uris);
      const left = session.status === 'closed' || session.status === 'trashed';
      return { uris: left ? [...uris, uriOf('output', session.id)] : uris, everyFolder: true, listed: listed || left };
    }
    case 'trash':
      return { uris: [uriOf('sessions')], everyFolder: true, listed };
    case 'folder':
      return only(uriOf('folders'), uriOf('folder', idIn(params.folder)));
    case 'preference':
      return only(uriOf('preferences'), ...(params.folderId ? [uriOf('folder', String(params.folderId))] : []));
    case 'orchestrator':
      return only(uriOf('insights', idIn(params.orchestrator)));
    default:
      // An insight of an orchestrator: made again from its own counts only by being read.
      return { ...only(uriOf('insights', orchestratorIn(params.insight))), listed: false };
  }
}

const idIn = (value: unknown) => (value as { id: string }).id;
const orchestratorIn = (value: unknown) => (value as { orchestratorId: string }).orchestratorId;
