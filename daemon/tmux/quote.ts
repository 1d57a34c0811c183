/** One argument of a tmux command line, quoted so that tmux reads back exactly these bytes. */

const PLAIN = /^[A-Za-z0-9_@=:.,/+-]+$/;

/**
 * Quotes one argument for a line of control mode. Everything but plain characters goes as three octal digits inside
 * double quotes, so no `;`, `$`, `#`, `~` or newline of a user can mean anything to tmux's parser. Formats are another
 * thing: never pass user text to an option or command that expands them. A NUL cannot be said; callers refuse it.
 */
export function quote(argument: string | Buffer): string {
  if (typeof argument === 'string' && PLAIN.test(argument)) return argument;
  let text = '"';
  for (const byte of Buffer.from(argument as string)) {
    text += isPlain(byte) ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return `${text}"`;
}

function isPlain(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

/** One command: its name and its arguments. Bytes stand for text that need not be UTF-8. */
export type Command = readonly (string | Buffer)[];

/** A whole command, quoted, without the newline. */
export function commandLine(command: Command): string {
  return command.map(quote).join(' ');
}
