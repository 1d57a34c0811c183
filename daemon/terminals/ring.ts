/** The newest bytes of a pane, addressed by their place in its output. */

export interface Ring {
  /** Place of the oldest byte still held. */
  readonly start: number;
  /** Place after the newest byte. */
  readonly end: number;
  /** Copies `data`; the oldest blocks go when more than the limit is held. */
  append(data: Buffer): void;
  /** At most `length` bytes from `place`, which must lie between start and end. May be a view: valid until the next append. */
  read(place: number, length: number): Buffer;
}

interface Block {
  readonly from: number;
  bytes: Buffer;
  used: number;
}

const BLOCK = 64 * 1024;
/** A session that printed little holds little: the first block starts small and doubles. */
const SMALL = 1024;

/** Holds at least the newest `limit` bytes, and at most one block more. */
export function createRing(limit: number): Ring {
  const blocks: Block[] = [];
  let end = 0;

  const room = (): Block => {
    const last = blocks.at(-1);
    if (last && last.used < last.bytes.length) return last;
    if (last && last.bytes.length < BLOCK) {
      const wider = Buffer.allocUnsafeSlow(last.bytes.length * 4);
      last.bytes.copy(wider);
      last.bytes = wider;
      return last;
    }
    const block = { from: end, bytes: Buffer.allocUnsafeSlow(last ? BLOCK : SMALL), used: 0 };
    blocks.push(block);
    return block;
  };

  const forget = () => {
    while (blocks.length > 1 && end - blocks[1]!.from >= limit) blocks.shift();
  };

  return {
    get start() {
      return blocks[0]?.from ?? end;
    },
    get end() {
      return end;
    },
    append(data) {
      for (let at = 0; at < data.length; ) {
        const block = room();
        const taken = data.copy(block.bytes, block.used, at);
        block.used += taken;
        at += taken;
        end += taken;
      }
      forget();
    },
    read(place, length) {
      const wanted = Math.min(length, end - place);
      const first = blocks.findLastIndex((block) => block.from <= place);
      const block = blocks[first];
      if (!block || wanted <= 0) return Buffer.alloc(0);
      const from = place - block.from;
      if (from + wanted <= block.used) return block.bytes.subarray(from, from + wanted);
      return gather(blocks, first, from, wanted);
    },
  };
}

function gather(blocks: readonly Block[], first: number, from: number, wanted: number): Buffer {
  const into = Buffer.allocUnsafe(wanted);
  let written = 0;
  for (let at = first, skip = from; written < wanted; at++, skip = 0) {
    const block = blocks[at]!;
    written += block.bytes.copy(into, written, skip, Math.min(block.used, skip + wanted - written));
  }
  return into;
}
