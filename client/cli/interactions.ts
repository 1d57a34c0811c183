/** Dialogs of agents on the command line: what they ask, and which one a person means. */

import type { Interaction, Result } from '#protocol';
import { lasting } from '#protocol/spans';
import { find, type Listing } from '../pick.js';
import { failure } from './fail.js';
import type { Caller } from './hot.js';
import type { Output } from './output.js';
import { clean, tame } from './text.js';

/** A few lines each: the question must be readable whole. For programs a line an answer. */
export function showInteractions(output: Output, { interactions }: Result<'interaction/list'>, now: number): void {
  const show = output.columns === undefined ? linesFor : textFor;
  for (const interaction of interactions) output.data(show(interaction, output.colors, now));
  const some = interactions.length > 0;
  output.note(some ? '`rdv interaction respond <session> <number>` answers.' : 'No dialog waits for an answer.');
}

function linesFor({ id, sessionName, kind, text, options }: Interaction): string {
  return options
    .map(
      (option) =>
        `${[clean(id), clean(sessionName), kind, clean(option.id), clean(option.label), clean(text)].join('\t')}\n`,
    )
    .join('');
}

function textFor(
  { sessionName, program, kind, text, options, since }: Interaction,
  { bold, yellow }: Output['colors'],
  now: number,
): string {
  const head = `${bold(tame(sessionName))} (${program}) asks since ${lasting(now - since)}: ${yellow(kind)}`;
  const question = text.split('\n').map((line) => `  ${tame(line)}`);
  const answers = options.map((option, i) => `  ${bold(String(i + 1))}  ${tame(option.label)}`);
  return `${[head, ...question, ...answers].join('\n')}\n`;
}

type NamedInteraction = Interaction & { readonly name: string };

export const interactions: Listing<NamedInteraction> = {
  noun: 'dialog',
  list: 'rdv interaction list',
  also: ({ sessionId }) => [sessionId],
  describe: ({ sessionName, kind }) => `${sessionName}, ${kind}`,
  rows: async (call) => {
    const list = await call('interaction/list', {});
    return list.interactions.map((interaction) => ({ ...interaction, name: interaction.sessionName }));
  },
};

/** By its session's name, or the beginning of an id. Throws as `pick`. */
export const findInteraction = (call: Caller['call'], given: string): Promise<NamedInteraction> =>
  find(call, given, interactions);

/** The answer's id, by its number in the list, its label or its id. Throws InvalidParams naming those there are. */
export function pickOption({ options }: Interaction, given: string): string {
  const named = options.find(({ id, label }) => id === given || label.toLowerCase() === given.toLowerCase());
  const found = named ?? (/^[1-9]\d*$/.test(given) ? options[Number(given) - 1] : undefined);
  if (found) return found.id;
  const all = options.map(({ label }, i) => `${i + 1} (${clean(label)})`).join(', ');
  throw failure('InvalidParams', `"${given}" is no answer to it.`, `Answer with one of ${all}.`);
}
