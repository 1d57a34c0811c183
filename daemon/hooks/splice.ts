/** Puts a member into an object or array of a JSON text behind what is there, and takes it out so that every byte is as it was. */
import { COMMENT, type Container } from './jsonc.js';

/** As the text is written. */
export interface Style {
  readonly eol: string;
  /** One step of indentation. */
  readonly unit: string;
}

export function styleOf(text: string, root: Container): Style {
  const eol = /\r?\n/.exec(text)?.[0] ?? '\n';
  const first = root.members[0];
  const own = first && ownIndent(text, first.start);
  return { eol, unit: own || '  ' };
}

/** `value` behind the last member; with `key` in an object. */
export function append(text: string, container: Container, key: string | undefined, value: unknown, style: Style) {
  const { start, end, members } = container;
  const last = members.at(-1);
  const name = key === undefined ? '' : `${JSON.stringify(key)}: `;
  if (last && !text.slice(start, end).includes('\n')) {
    const behind = afterComments(text, last.end);
    const added = ` ${name}${JSON.stringify(value)}`;
    return `${text.slice(0, last.end)},${text.slice(last.end, behind)}${added}${text.slice(behind)}`;
  }
  const base = indentOf(text, start);
  const indent = (last && ownIndent(text, last.start)) ?? base + style.unit;
  const added = style.eol + indent + name + render(value, style, indent);
  const behind = afterComments(text, last?.end ?? start + 1);
  const [comma, tail] = last ? [',', ''] : ['', style.eol + base];
  const head = last ? text.slice(0, last.end) + comma + text.slice(last.end, behind) : text.slice(0, behind);
  return head + added + tail + text.slice(behind);
}

/** Without the member at `index`, what `append` put there included. */
export function remove(text: string, container: Container, index: number): string {
  const { start, members } = container;
  const { start: from, end: to } = members[index]!;
  const before = members[index - 1];
  const comma = before && findComma(text, before.end);
  const lead = lastComment(text, comma === undefined ? start + 1 : comma + 1, from);
  if (members[index + 1]) return text.slice(0, lead) + text.slice(findComma(text, to) + 1);
  if (before)
    return text.slice(0, before.end) + text.slice(before.end, comma) + text.slice(comma! + 1, lead) + text.slice(to);
  const tail = ['\r\n', '\n'].map((eol) => eol + indentOf(text, start)).find((each) => text.startsWith(each, to)) ?? '';
  return text.slice(0, lead) + text.slice(to + tail.length);
}

function render(value: unknown, { eol, unit }: Style, indent: string): string {
  return JSON.stringify(value, null, unit).replaceAll('\n', eol + indent);
}

/** White space that begins the line something stands in. */
function indentOf(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  return /^\ufeff?([ \t]*)/.exec(line)?.[1] ?? '';
}

/** The same, of what is the first on its line; undefined for all else. */
function ownIndent(text: string, at: number): string | undefined {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  return text.lastIndexOf('\n', at - 1) >= 0 && /^[ \t]*$/.test(line) ? line : undefined;
}

/** The end of the comments that follow on the same line and end on it; `at` without any. */
function afterComments(text: string, at: number): number {
  for (let end = at; ; ) {
    const next = end + /^[ \t]*/.exec(text.slice(end))![0].length;
    const comment = commentAt(text, next);
    if (!comment || comment.includes('\n')) return end;
    end = next + comment.length;
  }
}

function commentAt(text: string, at: number): string | undefined {
  COMMENT.lastIndex = at;
  return COMMENT.exec(text)?.[0];
}

/** The end of the last comment in a stretch of white space and comments, a comma left aside; its beginning without any. */
function lastComment(text: string, from: number, to: number): number {
  let end = from;
  for (let at = from; at < to; at++) {
    const comment = commentAt(text, at);
    if (!comment) continue;
    end = at + comment.length;
    at = end - 1;
  }
  return end;
}

function findComma(text: string, from: number): number {
  let at = from;
  while (text[at] !== ',') at += commentAt(text, at)?.length ?? 1;
  return at;
}
