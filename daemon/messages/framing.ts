/** A message as it is typed for an agent: framed, so that its reader sees whose words are whose. Pure. */
import type { Message } from '#protocol';

/**
 * One prompt. Every line of the sender's stands behind a mark, in whatever way it was broken, and names are one line without
 * quotes: nothing that was sent can end the frame, or begin another.
 */
export function framed({ id, from, fromName, subject, text }: Message): string {
  const who = from === null ? `"${oneLine(fromName)}" (no session)` : `"${oneLine(fromName)}" (session ${short(from)})`;
  const about = subject === null ? '' : `, about "${oneLine(subject)}"`;
  const end = from === null ? noReply : `Reply with: rdv message send ${short(from)} "<text>" --reply-to ${id}`;
  return [`Message from ${who}${about}:`, quoted(text), `End of the message. ${end}`].join('\n');
}

const noReply = 'It cannot be replied to.';

/** Whether there is anything in a text that would be seen. */
export function saysNothing(text: string): boolean {
  return plain(text).trim() === '';
}

const MARK = '> ';

function quoted(text: string): string {
  return plain(text)
    .split('\n')
    .map((line) => (MARK + line).trimEnd())
    .join('\n');
}

const NAME_CHARACTERS = 100;

function oneLine(text: string): string {
  const line = plain(text).replace(/\s+/g, ' ').replaceAll('"', "'").trim();
  return line.length > NAME_CHARACTERS ? `${line.slice(0, NAME_CHARACTERS)}…` : line;
}

/**
 * With line feeds for whatever breaks a line, and without all that is not seen: control characters, those that turn the
 * direction of writing around, and tags, which only machines read.
 */
function plain(text: string): string {
  return text
    .replace(/\r\n|[\n\v\f\r\x85\u2028\u2029]/g, '\n')
    .replace(/[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g, '')
    .replace(/[\u{e0000}-\u{e007f}]/gu, '');
}

const short = (id: string) => id.slice(0, 8);
