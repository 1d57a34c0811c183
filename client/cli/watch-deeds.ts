/** What the keys of `rdv watch` do: attach, send, answer, suspend, close. */
import { randomUUID } from 'node:crypto';
import { attach } from './attach.js';
import type { Board } from './board.js';
import type { Context } from './context.js';
import type { Deed } from './desk.js';
import { findSession } from './resolve.js';
import { tame } from './text.js';
import type { Stage } from './watch.js';
import type { KeptFeed } from './watch-feed.js';

export interface Doing {
  begin(deed: Deed): void;
  /** Rejects with a bug; never settles otherwise. */
  readonly over: Promise<never>;
}

/** What fails is told on the dashboard, which goes on. */
export function createDoing(context: Context, board: Board, stage: Stage, feed: KeptFeed): Doing {
  let fail = (_error: unknown) => {};
  const over = new Promise<never>((_, reject) => (fail = reject));
  const act = async (deed: Deed) => {
    if (deed.name === 'quit') return stage.end();
    if (deed.name === 'redraw') return stage.redraw();
    // The call would start a daemon that somebody stopped.
    if (board.away) return board.tell('The daemon is away; nothing was done.', true);
    try {
      await (deed.name === 'attach' ? attachFrom(context, stage, feed, deed.id) : perform(context, board, deed));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      board.tell(error.message, true);
    }
  };
  return { begin: (deed) => void act(deed).catch(fail), over };
}

/** Out of the dashboard, into the session, and back. */
async function attachFrom(context: Context, stage: Stage, feed: KeptFeed, id: string): Promise<void> {
  stage.leave();
  // Whoever is attached hears of other things by the same connection.
  feed.pause();
  try {
    await attach(context, await findSession(context.call, id), {});
    // How the session was left is not how the dashboard ends.
    context.output.exit(0);
  } finally {
    feed.resume();
    stage.enter();
  }
}

type Done = Exclude<Deed, { readonly name: 'quit' } | { readonly name: 'redraw' } | { readonly name: 'attach' }>;

async function perform({ call }: Context, board: Board, deed: Done) {
  if (deed.name === 'read') {
    const { count } = await call('notification/read', deed.ids.length > 0 ? { ids: [...deed.ids] } : {});
    return board.tell(`${count} marked as read.`);
  }
  const { id } = deed;
  const name = tame(board.session(id)?.name ?? id);
  switch (deed.name) {
    case 'send': {
      const how = { mode: 'whenIdle', wait: 'queued', idempotencyKey: randomUUID(), reason: 'rdv watch' } as const;
      const receipt = await call('agent/send', { sessionId: id, text: deed.text, ...how });
      return board.follow(receipt, name);
    }
    case 'respond': {
      const { evidence } = await call('interaction/respond', {
        interactionId: deed.interactionId,
        optionId: deed.optionId,
      });
      return board.tell(`Answered ${name}: ${evidence}`);
    }
    case 'suspend':
      await call('session/suspend', { id });
      return board.tell(`Suspended ${name}; its programs keep running.`);
    case 'resume':
      await call('session/resume', { id });
      return board.tell(`Resumed ${name}.`);
    case 'close':
      await call('session/close', { id });
      return board.tell(`Closed ${name}.`);
  }
}
