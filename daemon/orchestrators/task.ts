/** What the agent of an orchestrator is told that it is there for, and what it is told as things happen. Pure. */

import type { Orchestrator, Stall } from '#protocol';
import { spelled } from '#protocol/spans';

export function taskOf({ id, name, scopeId, customInstructions }: Orchestrator): string {
  const scope = scopeId === null ? 'every session of this user' : 'every session of this folder';
  return [
    `You are ${name}, the orchestrator of ${scope} in rdv. Your id is ${id}.`,
    'Watch over the agents in these sessions, and help those that are stuck. You will be told when one makes no progress.',
    'With the command line you can look and act:',
    `- rdv orchestrator stalled ${id} --json: what makes no progress`,
    `- rdv insight list ${id} --json: what was noticed, with what can be done`,
    '- rdv agent explain SESSION: what an agent shows, and what it is taken to be doing',
    `- rdv orchestrator inject ${id} SESSION "TEXT": types a prompt into a session`,
    'Look before you type, never answer a question of permission for a person, and say briefly what you did and why.',
    'Do nothing now: wait until you are told of something.',
    ...(customInstructions === null ? [] : [`Besides: ${customInstructions}`]),
  ].join('\n');
}

export function reportOf({ id }: Pick<Orchestrator, 'id'>, trouble: readonly Stall[]): string {
  const lines = trouble.map(
    ({ sessionName, sessionId, stalledMinutes, cause }) =>
      `- "${sessionName}" (${sessionId}): no progress for ${spelled(stalledMinutes * 60_000)}, ${cause}`,
  );
  return [`These sessions make no progress now:`, ...lines, `More: rdv insight list ${id} --resolved false`].join('\n');
}
