/** Messages between sessions as they are shown on the command line. */
import type { Message, Result } from '#protocol';
import type { Output } from './output.js';
import { ago, clean, cleanLines } from './text.js';

/** For people each with its text, for programs a line each. */
export function showMessages(output: Output, { messages, more }: Result<'message/list'>, now: number): void {
  const show = (message: Message) => (output.columns === undefined ? row(message) : block(message, output, now));
  output.data(messages.map(show).join(''));
  const last = messages.at(-1);
  if (!last) output.note('There are none that were not acknowledged. `--after 0` shows all.');
  else if (more) output.note(`There are more: \`--after ${last.cursor}\`.`);
  else output.note(`\`rdv message ack ${last.cursor} ${last.to.slice(0, 8)}\` acknowledges up to here.`);
}

function row({ cursor, createdAt, fromName, state, id, text }: Message): string {
  return `${[cursor, createdAt, clean(fromName), state, id, clean(text)].join('\t')}\n`;
}

function block(
  { cursor, createdAt, from, fromName, state, subject, text, reason }: Message,
  { colors }: Output,
  now: number,
) {
  const whose = `${clean(fromName)}${from === null ? '' : ` (${from.slice(0, 8)})`}`;
  const head = `${colors.bold(`#${cursor}`)}  ${ago(createdAt, now)}  from ${whose}, ${state}`;
  const lines = [
    head,
    ...(subject === null ? [] : [`    ${colors.bold(clean(subject))}`]),
    ...cleanLines(text)
      .split('\n')
      .map((line) => `    ${line}`.trimEnd()),
    ...(reason === null ? [] : [`    ${colors.dim(`(${clean(reason)})`)}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Its id alone on stdout. */
export function showSent(output: Output, { id, cursor, deliver, state }: Message): void {
  output.data(`${id}\n`);
  const then = deliver === 'type' ? 'it is typed once its agent is idle' : 'it waits until it is read';
  output.note(state === 'waiting' ? `Number ${cursor} of its receiver; ${then}.` : `It is ${state} already.`);
}

export function showAcknowledged(output: Output, { acknowledged, count }: Result<'message/ack'>): void {
  output.note(`Acknowledged up to ${acknowledged}: ${count} ${count === 1 ? 'message' : 'messages'} more.`);
}
