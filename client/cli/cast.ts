/** Reads an asciicast v2 file. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { failure } from './fail.js';

export interface Cast {
  readonly cols: number;
  readonly rows: number;
  readonly title: string;
  readonly events: AsyncIterable<CastEvent>;
}

export interface CastEvent {
  /** Seconds from the start. */
  readonly at: number;
  readonly kind: string;
  readonly data: string;
}

/** Events are read as they are asked for. Throws NotFound or InvalidParams, with the line that is wrong. */
export async function openCast(path: string): Promise<Cast> {
  const lines = linesOf(path);
  const first = await lines.next();
  const header = first.done ? undefined : (parse(first.value) as Record<string, unknown> | undefined);
  if (header?.version !== 2) throw wrong(path, 1, 'the header of an asciicast of version 2');
  return {
    cols: Number(header.width) || 80,
    rows: Number(header.height) || 24,
    title: typeof header.title === 'string' ? header.title : path,
    events: eventsOf(path, lines),
  };
}

async function* eventsOf(path: string, lines: AsyncGenerator<string>): AsyncGenerator<CastEvent> {
  let number = 1;
  for await (const line of lines) {
    number++;
    if (line.trim() === '') continue;
    const [at, kind, data] = (parse(line) as unknown[] | undefined) ?? [];
    if (typeof at !== 'number' || typeof kind !== 'string' || typeof data !== 'string')
      throw wrong(path, number, 'an event such as [1.5, "o", "text"]');
    yield { at, kind, data };
  }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!code) throw error;
    throw failure(
      'NotFound',
      `Cannot read ${path} (${code}).`,
      '`rdv record <id> --status` tells where a recording is.',
    );
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Told by the caller, who knows the line's number.
    return undefined;
  }
}

function wrong(path: string, line: number, expected: string) {
  return failure('InvalidParams', `${path}:${line}: expected ${expected}.`, 'Record one: `rdv record <id>`.');
}
