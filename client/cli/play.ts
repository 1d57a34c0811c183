/** `rdv play`: shows a recording as it was, or prints all of it at once off a terminal. */
import { once } from 'node:events';
import { hasTerminal } from './attach.js';
import { type CastEvent, openCast } from './cast.js';
import type { Context } from './context.js';
import { failure } from './fail.js';
import { createGuest } from './guest.js';
import { FRESH } from './modes.js';
import { writeOut } from './output.js';
import { createQueryFilter } from './queries.js';
import { takeTerminal } from './rawmode.js';
import { terminalSize } from './size.js';
import { clean } from './text.js';

export interface PlayFlags {
  readonly speed?: string;
  readonly idle?: string;
}

export async function play({ output, flags: global }: Context, path: string, flags: PlayFlags): Promise<void> {
  const pace = {
    speed: positive('--speed', flags.speed, 1),
    idle: positive('--idle', flags.idle, Number.POSITIVE_INFINITY),
  };
  const cast = await openCast(path);
  if (!hasTerminal()) return printAll(cast.events);
  const size = terminalSize();
  const taken = takeTerminal((signal) => `[${signal}]`, global.debug === true);
  const keys = createKeys();
  try {
    process.stdout.write(FRESH);
    await showAll(cast.events, pace, keys);
  } finally {
    keys.stop();
    taken.restore();
  }
  output.note(`[${clean(cast.title)} ${keys.quit.aborted ? 'left' : 'is over'}]`);
  if (size && (size.cols < cast.cols || size.rows < cast.rows))
    output.note(`It was recorded at ${cast.cols}x${cast.rows}; this terminal has ${size.cols}x${size.rows}.`);
}

async function printAll(events: AsyncIterable<CastEvent>): Promise<void> {
  const guest = createGuest();
  try {
    for await (const { kind, data } of events) {
      if (kind === 'o' && !guest.write(Buffer.from(data))) await once(process.stdout, 'drain');
    }
  } finally {
    guest.end();
  }
}

type Keys = ReturnType<typeof createKeys>;

async function showAll(
  events: AsyncIterable<CastEvent>,
  pace: { speed: number; idle: number },
  keys: Keys,
): Promise<void> {
  const withoutQueries = createQueryFilter();
  let last = 0;
  for await (const { at, kind, data } of events) {
    const seconds = Math.min(Math.max(0, at - last), pace.idle) / pace.speed;
    last = at;
    await keys.rest(seconds * 1000);
    if (keys.quit.aborted) return;
    if (kind === 'o') await writeOut(withoutQueries(Buffer.from(data)));
  }
}

/** Space pauses and goes on; q, Escape and Ctrl-C leave. */
function createKeys() {
  const quit = new AbortController();
  let paused = false;
  let wake = () => {};
  const onKey = (chunk: Buffer) => {
    const typed = chunk.toString('latin1');
    // Keys that come together are keys all the same, but for those that are sent as a sequence.
    for (const key of typed.length > 1 && typed.startsWith('\x1b') ? [] : typed) {
      if (['q', '\x1b', '\x03', '\x04'].includes(key)) quit.abort();
      if (key === ' ') paused = !paused;
    }
    wake();
  };
  process.stdin.on('data', onKey);
  return {
    quit: quit.signal,
    /** The time that is left when a pause begins is waited for after it. */
    async rest(ms: number): Promise<void> {
      for (let left = ms; !quit.signal.aborted && (paused || left > 0); ) {
        const since = performance.now();
        let timer: NodeJS.Timeout | undefined;
        const playing = !paused;
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (playing) timer = setTimeout(resolve, left);
        });
        clearTimeout(timer);
        if (playing) left -= performance.now() - since;
      }
    },
    stop: () => void process.stdin.off('data', onKey),
  };
}

function positive(name: string, text: string | undefined, preset: number): number {
  if (text === undefined) return preset;
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw failure('InvalidParams', `Expected ${name} to be a number above 0, got "${text}".`, `Try \`${name} 2\`.`);
}
