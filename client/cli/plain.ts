/** A program's output as running text: its words and, if wanted, its colours, but nothing that moves a cursor. */
import { StringDecoder } from 'node:string_decoder';

/** A whole escape sequence, or a control character that is neither tab nor newline. */
const CONTROL =
  /\x1b(?:\[[\x20-\x3f]*[\x40-\x7e]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[\x20-\x2f]*[\x30-\x5a\x5c\x60-\x7e])|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
/** The beginning of one, at the end of a chunk. */
const UNFINISHED = /\x1b(?:\[[\x20-\x3f]*|[\]PX^_][^\x07\x1b]*\x1b?|[\x20-\x2f]*)?$/;
const COLOUR = /^\x1b\[[\d;:]*m$/;
const HELD = 4096;

/** Takes chunks in order; a sequence or character cut by a chunk's end comes with the next, if it is not absurdly long. */
export function createPlain(colours: boolean): (data: Uint8Array) => string {
  const decoder = new StringDecoder('utf8');
  let held = '';
  return (data) => {
    const text = held + decoder.write(Buffer.from(data));
    const cut = UNFINISHED.exec(text)?.index ?? text.length;
    const end = text.length - cut > HELD ? text.length : cut;
    held = text.slice(end);
    return text.slice(0, end).replace(CONTROL, (control) => (colours && COLOUR.test(control) ? control : ''));
  };
}
