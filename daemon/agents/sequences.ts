/** Reads off a program's output what it tells a terminal without drawing it: titles, progress, marks, notifications. Pure. */

export interface Told {
  readonly title: string;
  /** Number of the last sequence 9;4: 0 over, 1 a share, 2 failed, 3 under way, 4 paused. */
  readonly progress: string | undefined;
  /** Letter of the last sequence 133: A before a prompt, B behind it, C as a command runs, D as it ended. */
  readonly mark: string | undefined;
  /** Of the last sequence 9 or 777. */
  readonly notice: string | undefined;
}

export interface SequenceReader {
  readonly told: Told;
  /** Sequences may be cut anywhere between calls. */
  read(data: Buffer): void;
  /** Output was missed: what was cut is not completed by what comes next. */
  missed(): void;
}

/** A sequence longer than this tells nothing of ours. */
const LONGEST = 4096;
const SHOWN_CHARS = 300;
const BEGIN = Buffer.from('\x1b]');
const ESC = 0x1b;
const BEL = 0x07;

export function createSequenceReader(): SequenceReader {
  let told: Told = { title: '', progress: undefined, mark: undefined, notice: undefined };
  let cut = NOTHING;
  return {
    get told() {
      return told;
    },
    read(data) {
      const source = cut.length > 0 ? Buffer.concat([cut, data]) : data;
      cut = NOTHING;
      for (let at = source.indexOf(BEGIN); at !== -1; at = source.indexOf(BEGIN, at + 2)) {
        const end = endOf(source, at + 2);
        if (end === undefined) {
          cut = source.length - at <= LONGEST ? Buffer.from(source.subarray(at)) : NOTHING;
          return;
        }
        if (end - at <= LONGEST) told = after(told, source.toString('utf8', at + 2, end));
      }
      // An introducer may be cut in two.
      if (source.at(-1) === ESC) cut = Buffer.from([ESC]);
    },
    missed() {
      cut = NOTHING;
    },
  };
}

const NOTHING: Buffer = Buffer.alloc(0);

/** Where the text of a sequence ends; undefined when it does not yet. */
function endOf(source: Buffer, from: number): number | undefined {
  for (let at = from; at < source.length; at++) {
    const byte = source[at]!;
    if (byte === BEL || byte === ESC || byte === 0x18 || byte === 0x1a) {
      return byte === ESC && at + 1 === source.length ? undefined : at;
    }
    if (at - from > LONGEST) return at;
  }
  return undefined;
}

function after(told: Told, text: string): Told {
  const [, number, rest = ''] = /^(\d+);?([\s\S]*)$/.exec(text) ?? [];
  switch (number) {
    case '0':
    case '2':
      return { ...told, title: plain(rest) };
    case '9': {
      const progress = /^4;(\d)/.exec(rest)?.[1];
      return progress === undefined ? { ...told, notice: plain(rest) } : { ...told, progress };
    }
    case '133': {
      const mark = /^([A-D])(?:;|$)/.exec(rest)?.[1];
      return mark === undefined ? told : { ...told, mark };
    }
    case '777':
      return rest.startsWith('notify;') ? { ...told, notice: plain(rest.slice('notify;'.length)) } : told;
    default:
      return told;
  }
}

const plain = (text: string) => text.replace(/[\x00-\x1f\x7f-\x9f]/g, '').slice(0, SHOWN_CHARS);
