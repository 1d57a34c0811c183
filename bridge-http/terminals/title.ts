/** The title and the bell of a terminal, read from its bytes as they pass. Pure. */

export interface Noticed {
  /** The latest, without control characters. */
  readonly title?: string;
  readonly bell: boolean;
}

export interface Watcher {
  look(bytes: Uint8Array): Noticed;
  /** What was under way is forgotten: other bytes follow. */
  reset(): void;
}

const [BEL, ESC, BACKSLASH, CAN, SUB] = [0x07, 0x1b, 0x5c, 0x18, 0x1a];
/** What is longer is no title. */
const TITLE_BYTES = 1024;
/** After ESC: a command of the operating system, and other strings, in which nothing rings. */
const [OSC, STRINGS] = [0x5d, new Set([0x50, 0x58, 0x5e, 0x5f])];

type State = 'ground' | 'escape' | 'command' | 'string' | 'ending';

export function createWatcher(): Watcher {
  let state: State = 'ground';
  let within: 'command' | 'string' = 'string';
  let held: number[] = [];
  let title: string | undefined;
  let bell = false;

  const end = () => {
    if (within === 'command') title = titleIn(held) ?? title;
    held = [];
    state = 'ground';
  };

  const enter = (byte: number): State => {
    held = [];
    if (byte !== OSC && !STRINGS.has(byte)) return byte === ESC ? 'escape' : 'ground';
    within = byte === OSC ? 'command' : 'string';
    return within;
  };

  const inString = (byte: number) => {
    if (byte === ESC) state = 'ending';
    else if (byte === BEL && within === 'command') end();
    else if (byte === CAN || byte === SUB) state = 'ground';
    else if (held.length <= TITLE_BYTES) held.push(byte);
  };

  const step = (byte: number) => {
    if (state === 'ground') {
      if (byte === ESC) state = 'escape';
      else if (byte === BEL) bell = true;
    } else if (state === 'escape') state = enter(byte);
    else if (state !== 'ending') inString(byte);
    else if (byte === BACKSLASH) end();
    else state = enter(byte);
  };

  return {
    look(bytes) {
      title = undefined;
      bell = false;
      for (let at = 0; at < bytes.length; at++) {
        // Plain text is nearly everything there is.
        if (state === 'ground') while (at < bytes.length && bytes[at] !== ESC && bytes[at] !== BEL) at++;
        if (at < bytes.length) step(bytes[at]!);
      }
      return { bell, ...(title !== undefined && { title }) };
    },
    reset() {
      state = 'ground';
    },
  };
}

/** `0;` and `2;` set the title of the window. */
function titleIn(held: readonly number[]): string | undefined {
  if (held.length > TITLE_BYTES) return undefined;
  const found = /^[02];(.*)$/s.exec(Buffer.from(held).toString('utf8'));
  return found?.[1]?.replace(/\p{Cc}/gu, '');
}
