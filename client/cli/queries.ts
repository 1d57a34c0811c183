/** Takes a program's questions to its terminal out of a stream: tmux has answered them, a second answer would be typed in. */

const QUERY = new RegExp(
  [
    String.raw`\x1b\[[>=]?0?c`, // device attributes
    String.raw`\x1b\[\??\d+n`, // status and cursor reports
    String.raw`\x1b\[\??\d*\$p`, // is this mode set
    String.raw`\x1b\[\d*\$w|\x1b\[[\d;]*\*y|\x1b\[[01]?x`, // presentation, checksum and terminal parameters
    String.raw`\x1b\[>0?q`, // name and version
    String.raw`\x1b\[\?(?:u|\d*m|[\d;]+S)`, // keyboard flags, modified keys, graphics
    String.raw`\x1b\[(?:11|1[3-689]|2[01])(?:;\d*)*t`, // window reports
    String.raw`\x1b\][\d;a-z?]*;\?(?:\x07|\x1b\\)`, // colours and clipboard
    String.raw`\x1bP[$+]q[^\x1b]*\x1b\\`, // settings and capabilities
    String.raw`\x1b_G[^\x1b;]*a=q[^\x1b]*\x1b\\`, // kitty graphics
    String.raw`\x1bZ|\x05`, // who are you
  ].join('|'),
  'g',
);

/** The end of a chunk that may yet become a question; bounded, so that images and long texts are never held back. */
const UNFINISHED =
  /\x1b(?:\[[\x20-\x3f]{0,64}|\][\d;a-z?]{0,256}\x1b?|P(?:[$+](?:q[^\x1b]{0,1024}\x1b?)?)?|_(?:G[^\x1b]{0,1024}\x1b?)?)?$/;

/** Takes chunks in order, gives what is left of them. Sequences cut by a chunk's end come with the next. */
export function createQueryFilter(): (data: Uint8Array) => Buffer {
  let held = '';
  return (data) => {
    const text = held + Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
    const end = UNFINISHED.exec(text)?.index ?? text.length;
    held = text.slice(end);
    return Buffer.from(text.slice(0, end).replace(QUERY, ''), 'latin1');
  };
}
