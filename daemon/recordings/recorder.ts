/** Records one session: the screen as it stands, then every byte, with times; a hole is marked and drawn over. */
import { StringDecoder } from 'node:string_decoder';
import { recording as limits, type Recording, RpcError, type Session } from '#protocol';
import type { Stream } from '../terminals/stream.js';
import { eventLine, headerLine, type Kind } from './asciicast.js';
import { openFile } from './file.js';

export interface Recorder {
  state(): Recording;
  /** Resolves when the file is whole. Twice is harmless. */
  stop(ended: NonNullable<Recording['ended']>): Promise<void>;
  /** Resolves when it has ended, for whatever reason, and the file is whole. */
  readonly over: Promise<void>;
}

export interface RecorderDeps {
  readonly path: string;
  readonly stream: Pick<Stream, 'here' | 'read' | 'snapshot' | 'tap'>;
  /** As it is now. */
  readonly session: () => Session | undefined;
  readonly now: () => number;
  log(line: { level: 'warn'; message: string; [key: string]: unknown }): void;
}

/** Leaves the alternate screen and clears everything, for a snapshot to be drawn on. */
const AFRESH = '\x1bc';

/** Resolves once the first screen is in the file. Throws what drawing it throws. */
export async function startRecorder(deps: RecorderDeps): Promise<Recorder> {
  const { path, stream, now, log } = deps;
  const startedAt = now();
  let ended: Recording['ended'] = null;
  let position: number | undefined;
  let decoder = new StringDecoder('utf8');
  const file = openFile(path, limits.fileBytes, (why, error) => {
    log({ level: 'warn', message: 'a recording ended early', path, why, reason: error?.message });
    void stop(why);
  });
  const event = (kind: Kind, data: string) => file.write(eventLine(now() - startedAt, kind, data));
  const output = (data: Buffer) => {
    const text = decoder.write(data);
    if (text) event('o', text);
  };
  const size = createSizes(event);

  /** Draws the screen as it stands and goes on from there; again when there was a hole meanwhile. */
  const draw = async (before: string): Promise<void> => {
    position = undefined;
    const drawn = await stream.snapshot(0);
    if (ended !== null) return;
    if (drawn.epoch !== stream.here().epoch) return draw(before);
    size(drawn);
    decoder = new StringDecoder('utf8');
    if (before) event('o', before);
    output(Buffer.from(drawn.data, 'base64'));
    position = stream.here().offset;
    output(stream.read(drawn.offset, position - drawn.offset));
  };

  /** The backend may be lost once more meanwhile; then there is another hole to draw over. */
  const drawAgain = () =>
    draw(AFRESH).catch((error: unknown) => {
      if (!(error instanceof RpcError)) throw error;
      log({ level: 'warn', message: 'a recording has a hole', path, reason: error.message });
    });

  const leave = stream.tap({
    data(data, end) {
      if (position === undefined) return;
      position = end;
      const session = deps.session();
      if (session) size(session);
      output(data);
    },
    hole() {
      event('m', 'output is missing here');
      position = undefined;
    },
    resumed: () => void drawAgain(),
    // The last bytes of a program may be missing from the stream; they are on its last screen.
    ended: () => void drawAgain().then(() => stop('exited')),
  });

  const stop: Recorder['stop'] = async (why) => {
    // What followed a hole is not in the file yet.
    if (why === 'stopped' && ended === null && position === undefined) await drawAgain();
    ended ??= why;
    leave();
    await file.close();
  };

  const session = deps.session();
  if (session) file.write(headerLine({ ...session, startedAt, title: session.name }));
  try {
    await draw('');
  } catch (error) {
    await stop('failed');
    throw error;
  }
  return {
    stop,
    over: file.closed,
    state: () => ({ sessionId: session?.id ?? '', path, active: !file.whole, startedAt, bytes: file.bytes, ended }),
  };
}

/** Tells of a size that is another than the last one. */
function createSizes(event: (kind: Kind, data: string) => void) {
  let last = '';
  return ({ cols, rows }: { readonly cols: number; readonly rows: number }) => {
    const size = `${cols}x${rows}`;
    if (last && last !== size) event('r', size);
    last = size;
  };
}
