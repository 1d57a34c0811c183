/** The lines of an asciicast v2 file. Pure. */

export interface Header {
  readonly cols: number;
  readonly rows: number;
  /** Unix ms. */
  readonly startedAt: number;
  readonly title: string;
}

/** `o` is output, `r` a new size such as `100x30`, `m` a mark for people. */
export type Kind = 'o' | 'r' | 'm';

export function headerLine({ cols, rows, startedAt, title }: Header): string {
  const header = { version: 2, width: cols, height: rows, timestamp: Math.floor(startedAt / 1000), title };
  return `${JSON.stringify({ ...header, env: { TERM: 'xterm-256color' } })}\n`;
}

/** `atMs` counts from the start of the recording. */
export function eventLine(atMs: number, kind: Kind, data: string): string {
  return `${JSON.stringify([Math.round(atMs) / 1000, kind, data])}\n`;
}
