/** The line that starts an agent, as it is typed into a shell. Pure. */
import { type AgentProvider, RpcError } from '#protocol';

/** A terminal that is read line by line cuts longer ones off. */
const LINE_BYTES = 4000;

/** The program, which is called as its provider is, and its flags, each one argument whatever it holds. Throws InvalidParams when the line gets too long. */
export function agentLine(provider: Exclude<AgentProvider, 'none'>, flags: readonly string[] = []): string {
  const line = [provider, ...flags.map(quoted)].join(' ');
  const bytes = Buffer.byteLength(line);
  if (bytes <= LINE_BYTES) return line;
  const said = `Expected \`agentFlags\` to make a line of at most ${LINE_BYTES} bytes, got ${bytes}.`;
  throw new RpcError('InvalidParams', `${said} Put what is long into a file.`);
}

/**
 * As one argument of any usual shell. A backslash within quotes is one more thing that shells read differently, so it
 * stands outside of them, as a quote does.
 */
export function quoted(argument: string): string {
  if (/^[\w./:@,+-]+$/.test(argument)) return argument;
  const parts = argument.split(/(['\\])/).map((part) => (/^['\\]$/.test(part) ? `\\${part}` : part && `'${part}'`));
  return parts.join('') || "''";
}
