/** The full program: every command, its help, and how its failures are told. */
import { Command, CommanderError } from 'commander';
import { confirm } from './ask.js';
import { addBridgeCommands } from './bridge.js';
import { addSessionCommands } from './commands.js';
import { addCompletion } from './completion.js';
import { addConfigCommands } from './config.js';
import { type Context, createContext, type WithContext } from './context.js';
import { addDaemonCommands } from './daemon.js';
import { addDoctor } from './doctor.js';
import { addOwnExample } from './examples.js';
import { tellFailure } from './fail.js';
import { addGlobalFlags, globalFlags } from './flags.js';
import { addHelp } from './help.js';
import { createLine, type Line, type OutputOf } from './line.js';
import { addLogs } from './logs.js';
import { addMan } from './man.js';
import { addMcp } from './mcp.js';
import { addMethodCommands, groupOf, type Invocation } from './methods.js';
import { createOutput, type Told, type Voice } from './output.js';
import { formatOverview } from './overview.js';
import { addRpc } from './rpc.js';
import { addShell, type RunLine } from './shell.js';
import { showResult } from './show.js';
import { spoken } from './spoken.js';
import { clean } from './text.js';
import { usageError } from './usage.js';
import { version } from './version.js';
import { resolveWords, targetOf } from './words.js';
import { addWorktreeRemoval } from './worktrees.js';

/** Runs one command line. Returns the exit code; failures are told on stderr. */
export async function runFull(argv: readonly string[]): Promise<number> {
  const line = createLine();
  try {
    const stage = withLine(() => line);
    return await runLine(buildProgram(argv, stage), argv, line);
  } finally {
    line.end();
  }
}

/** For one that is built with `withLine`. Returns the exit code. */
async function runLine(program: Command, argv: readonly string[], { voice }: Line): Promise<number> {
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return voice.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return usageExit(error);
    const tell = (told: Told) => voice.fail({ ...told, cause: spoken(told.cause), cure: spoken(told.cure) });
    return tellFailure(error, argv.includes('--debug'), tell);
  }
}

/** Many, on one tree of commands. */
function beginLines(): RunLine {
  let current: Line | undefined;
  let program: Command | undefined;
  return (argv, line) => {
    current = line;
    program ??= buildProgram(
      'everything',
      withLine(() => current!),
    );
    return runLine(program, argv, line);
  };
}

/** How the actions of a program get what they work with. */
interface Stage {
  readonly withContext: WithContext;
  /** Of the line that runs. */
  voice(): Voice;
}

/** Runs each action with what it needs, and closes that again. */
function withLine(current: () => Line): Stage {
  return {
    voice: () => current().voice,
    async withContext(command, action) {
      const context = createContext(command, current());
      try {
        await action(context);
      } finally {
        context.close();
      }
    },
  };
}

/** For one command line, or with everything, as completion, manual and tests want it. */
export function buildProgram(argv: readonly string[] | 'everything', stage: Stage = withLine(createLine)): Command {
  const { withContext } = stage;
  const outputOf: OutputOf = (command) => createOutput(globalFlags(command), stage.voice());
  const program = new Command('rdv')
    .description('Terminal sessions that live on: a daemon keeps them, rdv shows and drives them.')
    .version(version, '--version', 'print the version')
    .usage('<command> [options]')
    .enablePositionalOptions()
    .showHelpAfterError(false);
  addSessionCommands(program, withContext);
  addDaemonCommands(program, withContext);
  addBridgeCommands(program, withContext);
  addDoctor(program, withContext);
  addConfigCommands(program, withContext);
  addLogs(program, withContext);
  addMcp(program, withContext);
  addRpc(program, withContext);
  addCompletion(program, outputOf);
  addHelp(program, outputOf);
  addMan(program, outputOf, () => buildProgram('everything', stage));
  addWorktreeRemoval(program, withContext);
  addShell(program, withContext, beginLines);
  addMethodCommands(program, argv, (invocation, command) =>
    withContext(command, (context) => runMethod(context, invocation)),
  );
  // That one is served before any of this is loaded.
  groupOf(program, 'hook').addHelpText(
    'after',
    '\nAgents run `rdv hook <agent> <event>` themselves, once hooks are installed.',
  );
  dress(program, stage);
  program.configureHelp({ formatHelp: formatOverview });
  return program;
}

/** Calls a method of the table: ids resolved, destruction confirmed, result shown. */
async function runMethod(context: Context, { name, method, params, yes }: Invocation): Promise<void> {
  // A question about the daemon is not answered by starting one.
  const call = name.startsWith('daemon/') || name === 'config/reload' ? context.callIfRunning : context.call;
  const given = await resolveWords({ call, host: context.host }, name, method, params);
  if (method.effect === 'destroy' && !yes) {
    const target = await targetOf(call, name, given);
    const deed = name
      .split('/')
      .reverse()
      .join(' ')
      .replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
    await confirm(context, false, `${deed}${target ? ` "${clean(target)}"` : ''}`);
  }
  await showResult(context.output, name, await call(name, given as never));
}

/** What holds for every command of the tree: the global flags, and words told our way. */
function dress(command: Command, stage: Stage): void {
  command.exitOverride().showSuggestionAfterError(false);
  command.configureOutput({
    writeOut: (text) => stage.voice().data(text),
    writeErr: (text) => stage.voice().help(text, usageError('It takes one of its commands.', command)),
    outputError: (text) => stage.voice().fail(usageError(text, command)),
  });
  addGlobalFlags(command);
  addOwnExample(command);
  if (command.commands.length > 0) command.helpCommand(false);
  for (const child of command.commands) dress(child, stage);
}

/** Help and version are answers; a noun without a verb shows its help but is a mistake. */
function usageExit({ code, exitCode }: CommanderError): number {
  return code === 'commander.helpDisplayed' || code === 'commander.version' ? 0 : exitCode === 0 ? 0 : 2;
}
