/** The resources that a client of MCP wants to hear of: told when the daemon says that they changed, never by asking. */
import type { Event } from '#protocol';
import { RpcError } from '#protocol/errors';
import type { Link } from './link.js';
import { type WatchedOutput, watchOutput } from './output.js';
import { createPacing } from './pacing.js';
import { telling, touchedBy } from './touched.js';
import { type Address, parseUri, uriOf } from './uri.js';

export interface Telling {
  updated(uri: string): void;
  listChanged(): void;
}

export interface Watching {
  /** From now on it is told when resources come or go. Settles when that is certain. Throws Unavailable. */
  begin(): Promise<void>;
  /** Throws Overloaded above the bound, Forbidden where the token may not look. Twice is harmless. */
  subscribe(address: Address): Promise<void>;
  unsubscribe(address: Address): void;
}

/** Subscriptions of one client, and those of them that need a stream of their own. And then? No more are taken. */
export interface WatchLimits {
  readonly all: number;
  readonly outputs: number;
}

const usual: WatchLimits = { all: 64, outputs: 16 };
/** A resource is told of at once, and then as often as this. */
const PACE_MS = 1000;
const LIST = '';

/** Lives as long as its link. */
export function createWatching(link: Link, tell: Telling, limits = usual): Watching {
  const wanted = new Map<string, WatchedOutput | undefined>();
  const pacing = createPacing(PACE_MS, (uri) => (uri === LIST ? tell.listChanged() : tell.updated(uri)));
  const touch = (uri: string) => {
    if (wanted.has(uri)) pacing.say(uri);
  };
  const onEvent = (event: Event) => {
    const { uris, everyFolder, listed } = touchedBy(event);
    for (const uri of uris) touch(uri);
    if (everyFolder) for (const uri of wanted.keys()) if (parseUri(uri)?.kind === 'folder') touch(uri);
    if (listed) pacing.say(LIST);
    const { session } = event.params as { session?: { id: string; status: string } };
    if (session?.status === 'active') wanted.get(uriOf('output', session.id))?.again();
  };
  const onGap = () => {
    pacing.say(LIST);
    for (const [uri, output] of wanted) {
      output?.again();
      pacing.say(uri);
    }
  };
  const begin = createBeginning(link, { onEvent, onGap });

  return {
    begin,
    async subscribe({ kind, id }) {
      const uri = uriOf(kind, id);
      if (wanted.has(uri)) return;
      const outputs = [...wanted.values()].filter(Boolean).length;
      if (wanted.size >= limits.all || (kind === 'output' && outputs >= limits.outputs)) throw tooMany(limits);
      const output = kind === 'output' ? watchOutput(link, id, () => touch(uri)) : undefined;
      wanted.set(uri, output);
      try {
        await Promise.all([begin(), output?.stands]);
      } catch (error) {
        output?.close();
        wanted.delete(uri);
        throw error;
      }
    },
    unsubscribe({ kind, id }) {
      const uri = uriOf(kind, id);
      wanted.get(uri)?.close();
      wanted.delete(uri);
      pacing.forget(uri);
    },
  };
}

/** One subscription of events, begun by whoever needs it first, and by the next one where it could not be begun. */
function createBeginning(link: Link, hearing: { onEvent(event: Event): void; onGap(): void }): () => Promise<void> {
  let begun: Promise<void> | undefined;
  return () => {
    begun ??= new Promise<void>((resolve, reject) => {
      const { over } = link.follow(telling, { ...hearing, onStand: resolve });
      over.catch((error) => {
        begun = undefined;
        reject(error);
        if (!(error instanceof RpcError)) throw error;
      });
    });
    return begun;
  };
}

function tooMany({ all, outputs }: WatchLimits): RpcError {
  const said = `A client may subscribe to ${all} resources, ${outputs} outputs of sessions among them. Unsubscribe from one first.`;
  return new RpcError('Overloaded', said);
}
