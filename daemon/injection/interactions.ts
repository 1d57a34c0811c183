/** Dialogs of agents, listed as they stand on the screen, and answered by one of those who answer. */
import { type Interaction, type Result, RpcError, type Session } from '#protocol';
import type { Agents, Look } from '../agents/agents.js';
import { type DialogOption, interactionOf } from '../agents/dialog.js';
import type { Backend } from '../backend/index.js';
import type { Lock } from '../rpc/locks.js';
import type { Places } from '../sessions/places.js';
import { type UntilDeps, until } from './until.js';

export interface InteractionDeps extends UntilDeps {
  readonly agents: Pick<Agents, 'find' | 'look' | 'onLook'>;
  readonly places: UntilDeps['places'] & Pick<Places, 'get'>;
  readonly backend: Pick<Backend, 'leaveModes' | 'keys'>;
  readonly lock: Lock;
}

/** For the dialog to be seen gone. */
const GONE_MS = 2000;

export function createInteractions(deps: InteractionDeps, goneMs = GONE_MS) {
  /** What was answered last in each session: an answer that shows no effect is not given again. */
  const answered = new Map<string, string>();

  const answer = async ({ id: sessionId }: Session, id: string, optionId: string, pressed: AbortSignal) => {
    const option = optionOf(await deps.agents.look(sessionId), id, optionId);
    if (answered.get(sessionId) === id) throw taken('was answered already');
    const { pane } = deps.places.get(sessionId);
    await deps.backend.leaveModes(pane);
    const before = await deps.agents.look(sessionId);
    optionOf(before, id, optionId);
    answered.set(sessionId, id);
    // In one go: nothing can come between a step to an option and its choice.
    await deps.backend.keys(pane, option.keys);
    const gone = await until({ ...deps, pressed }, sessionId, goneMs, (look) =>
      isGone(before, look) ? true : undefined,
    );
    if (gone)
      return { success: true as const, sessionId, evidence: `"${option.label}" was chosen: the dialog is gone.` };
    const said = `"${option.label}" was chosen, but the dialog still stands there. Look at the terminal.`;
    throw new RpcError('Unavailable', said, { code: 'INTERACTION_STANDS' });
  };

  return {
    /** Those of these sessions that wait for an answer now. */
    list: (sessions: readonly Session[]): Interaction[] =>
      sessions.flatMap(({ id, name }) => {
        const look = deps.agents.find(id);
        return look ? shown(look, name) : [];
      }),
    /** Throws Conflict when the dialog does not stand there as it was listed, or somebody else was first. */
    respond(
      session: Session,
      id: string,
      optionId: string,
      signal: AbortSignal,
    ): Promise<Result<'interaction/respond'>> {
      return deps.lock(`session ${session.id}`, (pressed) => answer(session, id, optionId, pressed), signal);
    },
    ended: (sessionId: string) => void answered.delete(sessionId),
  };
}

function shown(look: Look, sessionName: string): Interaction[] {
  const { sessionId, provider: program, dialog } = look;
  const id = idOf(look);
  if (!dialog || id === null) return [];
  const { kind, text } = dialog;
  const options = dialog.options.map(({ id, label }) => ({ id, label }));
  return [{ id, sessionId, sessionName, program, kind, text, options, since: look.verdict.blocked!.since }];
}

/** Null where no dialog stands that can be answered. */
function idOf({ sessionId, dialog, verdict }: Look): string | null {
  return dialog && verdict.blocked ? interactionOf(sessionId, dialog, verdict.blocked.since) : null;
}

/** The session that an interaction's id is of. */
export const sessionOf = (id: string): string => id.split('.')[0]!;

function optionOf(look: Look, id: string, optionId: string): DialogOption {
  if (idOf(look) !== id) throw taken('does not stand there any more as it was listed');
  const option = look.dialog!.options.find((each) => each.id === optionId);
  if (!option) {
    const known = look.dialog!.options.map((each) => each.id).join(', ');
    throw new RpcError('InvalidParams', `Expected \`optionId\` to be one of ${known || 'none'}, got "${optionId}".`);
  }
  if (option.keys.length > 0) return option;
  throw new RpcError('Conflict', `Nobody knows the key for "${option.label}". Choose it in the terminal.`, {
    code: 'OPTION_UNANSWERABLE',
  });
}

function taken(what: string): RpcError {
  return new RpcError('Conflict', `The dialog ${what}. List what waits with interaction/list.`, {
    code: 'INTERACTION_GONE',
  });
}

/** An option marked on the way is the same dialog still. */
function isGone({ dialog, spawnId }: Look, look: Look): boolean {
  const words = (each: Look['dialog']) =>
    each && JSON.stringify([each.kind, each.text, each.options.map((o) => o.label)]);
  return look.spawnId !== spawnId || words(look.dialog) !== words(dialog);
}
