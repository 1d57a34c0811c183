/** `rdv rpc --stdio`: the daemon's JSON-RPC on stdin and stdout, for editors and programs that can start a command. */
import type { Command } from 'commander';
import { errors, RpcError } from '#protocol/errors';
import { pipe } from '../pipe.js';
import { answering } from './answer.js';
import type { Context, WithContext } from './context.js';
import { inShell, wordsOf } from './fail.js';
import { tellError } from './output.js';
import { clean } from './text.js';
import { version } from './version.js';

export function addRpc(program: Command, withContext: WithContext): void {
  answering(program.command('rpc'), 'nothing')
    .description("Speaks the daemon's JSON-RPC on stdin and stdout, logged in; for editors and programs.")
    .requiredOption('--stdio', 'by stdin and stdout; stderr is for people')
    .addHelpText('after', HELP)
    .action((_flags: object, command: Command) => withContext(command, speak));
}

const HELP = `
Messages are framed as in the Language Server Protocol: \`Content-Length: N\`, an empty line, N bytes of JSON.
Send \`initialize\` without a token, and rdv adds it; a token of yours is left as it is. Begin with any other call, and
rdv logs in for you; an \`initialize\` that comes later is answered with what that login gave. All else passes as it is,
both ways. The daemon is started unless --no-autostart. When its token is replaced, the connection goes on.

It ends with 0 at the end of its input or after \`exit\`, when the last answers are written; with 69 and a line on stderr
when the daemon ends the connection: what was asked then may or may not have been done, so it does not connect again.

From Neovim, Emacs and Python:
  vim.lsp.rpc.start({ 'rdv', 'rpc', '--stdio' }, dispatchers)   -- before 0.10: start('rdv', { 'rpc', '--stdio' }, ...)
  (make-process :name "rdv" :command '("rdv" "rpc" "--stdio") :connection-type 'pipe :coding 'utf-8-unix)
  subprocess.Popen(["rdv", "rpc", "--stdio"], stdin=PIPE, stdout=PIPE)

Example:
  rdv rpc --stdio`;

/** How often to look whether anybody is left to be answered. */
const ORPHAN_MS = 500;

async function speak(context: Context): Promise<void> {
  if (context.isOneOfMany) throw inShell('rpc --stdio');
  const { stdin, stdout } = process;
  const left = new AbortController();
  const watching = abandonment(left);
  try {
    await pipe({
      input: stdin,
      output: stdout,
      open: context.dial,
      // Another machine's pipe logs in there.
      token: context.host === undefined ? context.endpoint.token : undefined,
      signal: AbortSignal.any([left.signal, context.signal]),
      version,
      warn: (line) => tellError(`rdv: ${clean(line)}\n`),
    });
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const { cause, cure } = wordsOf(error);
    tellError(`rdv: ${clean(cause)} ${clean(cure)}\n`);
    context.output.exit(errors[error.kind].exit);
  } finally {
    clearInterval(watching);
    stdin.destroy();
  }
}

/**
 * Once the input has ended, answers are still waited for, but not by a client that is gone: the daemon should not go on
 * with what it asked for. Of a pipe that nobody reads nothing is seen before it is written to, of a parent that ended it is.
 */
function abandonment(left: AbortController): NodeJS.Timeout {
  const parent = process.ppid;
  const look = () => process.stdin.readableEnded && process.ppid !== parent && left.abort();
  return setInterval(look, ORPHAN_MS).unref();
}
