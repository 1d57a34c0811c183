/** `rdv shell`: many commands over one connection, typed at a prompt or read from a pipe. */
import type { Command } from 'commander';
import { findEndpoint } from '../endpoint.js';
import { answering } from './answer.js';
import type { Context, WithContext } from './context.js';
import { failure, tellFailure } from './fail.js';
import { wordsOfFlags } from './flags.js';
import type { Line } from './line.js';
import { createLines, type Lines } from './many.js';
import { completeWith } from './shell-complete.js';
import { openHistory } from './shell-history.js';
import { goesOn, readCommands, wordsOf } from './shell-lines.js';
import { openPrompt } from './shell-prompt.js';
import { createRecordVoice, createTextVoice } from './shell-voice.js';

/** Runs one command line. Returns the exit code; failures are told by the voice of the line. */
export type RunLine = (argv: readonly string[], line: Line) => Promise<number>;

interface ShellFlags {
  readonly exitOnError?: boolean;
  readonly jsonl?: boolean;
}

const INTERRUPTED = 130;

export function addShell(program: Command, withContext: WithContext, begin: () => RunLine) {
  answering(program.command('shell'), 'nothing')
    .description('Runs many commands over one connection: at a prompt, or a line each from a pipe.')
    .option('-e, --exit-on-error', 'from a pipe: end at the first line that fails')
    .option('--jsonl', 'results, errors and the end of each line as lines of JSON, for a program at the other end')
    .addHelpText('after', HELP)
    .action((flags: ShellFlags, command: Command) => withContext(command, (context) => shell(context, flags, begin())));
}

const HELP = `
Lines are command lines of rdv, with or without \`rdv\` before them. Quotes and backslashes mean what they mean in a
shell, \`#\` begins a comment, a backslash at the end goes on in the next line; nothing else is special. Options given
to the shell hold for every line. At the prompt Tab completes, Ctrl-C clears the line or ends the command, \`exit\` and
Ctrl-D leave. From a pipe it goes on after a line that failed, and ends with the exit code of the last one that did.

With --json each result is one line on stdout. With --jsonl stdout has lines {"line":1,"result":...}, none or more for
each command, and then one {"line":1,"exit":0}; one that failed has "error":{"code","message","cure"} there too.

Examples:
  rdv shell
  rdv shell --exit-on-error < commands.txt`;

interface Shell {
  readonly context: Context;
  readonly lines: Lines;
  readonly jsonl: boolean;
  /** Options that hold for every line. */
  readonly given: readonly string[];
  readonly run: RunLine;
}

async function shell(
  context: Context,
  { jsonl = false, exitOnError = false }: ShellFlags,
  run: RunLine,
): Promise<void> {
  if (context.isOneOfMany)
    throw failure('InvalidParams', 'This is `rdv shell` already.', 'Type its commands here; `exit` leaves it.');
  const lines = createLines(context.flags.quiet === true);
  const given = wordsOfFlags({ ...context.flags, ...(jsonl && { json: true }) });
  const all = { context, lines, jsonl, given, run };
  try {
    const isPerson = process.stdin.isTTY === true && process.stderr.isTTY === true && !jsonl;
    context.output.exit(await (isPerson ? atPrompt(all) : fromPipe(all, exitOnError)));
  } finally {
    lines.close();
  }
}

/** What a line says of the shell itself; undefined when it is a command. */
function leaving([word, code, ...more]: readonly string[], usual: number): number | undefined {
  if ((word !== 'exit' && word !== 'quit') || more.length > 0) return undefined;
  if (code === undefined) return usual;
  return /^\d{1,3}$/.test(code) && Number(code) < 256 ? Number(code) : undefined;
}

interface Done {
  readonly code: number;
  /** The line said that it was the last one. */
  readonly leaves?: boolean;
}

/** Undefined when there is nothing to do. `number` is of its place in a pipe. */
async function perform(
  shell: Shell,
  text: string,
  number: number | undefined,
  usual: number,
): Promise<Done | undefined> {
  const { context, lines, jsonl, given, run } = shell;
  const voice = jsonl && number !== undefined ? createRecordVoice(number) : createTextVoice(number);
  const end = async (code: number): Promise<Done> => {
    voice.end(code);
    await context.output.drained();
    return { code };
  };
  let words: string[];
  try {
    words = wordsOf(text);
  } catch (error) {
    return end(tellFailure(error, false, voice.fail));
  }
  if (words.length === 0) return undefined;
  const code = leaving(words, usual);
  if (code !== undefined) return { code, leaves: true };
  return end(await run([...given, ...words], lines.begin(voice)));
}

/** The exit code of the last line that failed. Ctrl-C ends the line that runs, and then the shell. */
async function fromPipe(shell: Shell, exitOnError: boolean): Promise<number> {
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
    shell.lines.interrupt();
    process.stdin.destroy();
  };
  process.once('SIGINT', interrupt);
  let failed = 0;
  try {
    for await (const { number, text } of readCommands(process.stdin)) {
      const done = await perform(shell, text, number, failed);
      if (interrupted) return INTERRUPTED;
      if (done?.leaves) return done.code;
      failed = done?.code || failed;
      if (failed !== 0 && exitOnError) return failed;
    }
  } catch (error) {
    if (!interrupted) throw error;
  } finally {
    process.off('SIGINT', interrupt);
  }
  return interrupted ? INTERRUPTED : failed;
}

const PROMPT = 'rdv> ';
const MORE = '   > ';

/** Until the person leaves. */
async function atPrompt(shell: Shell): Promise<number> {
  const history = openHistory(findEndpoint().paths.history);
  const prompt = openPrompt(history.lines, completeWith(shell.given));
  const interrupt = () => shell.lines.interrupt();
  process.on('SIGINT', interrupt);
  try {
    for (let text = ''; ; ) {
      const asked = await prompt.ask(text ? MORE : PROMPT);
      if (asked.type === 'end') {
        process.stderr.write('\n');
        return 0;
      }
      text = asked.type === 'cleared' ? '' : text ? `${text}\n${asked.text}` : asked.text;
      if (asked.type === 'cleared' || goesOn(text)) continue;
      for (const line of text.split('\n')) history.add(line);
      const done = await perform(shell, text, undefined, 0);
      if (done?.leaves) return done.code;
      text = '';
    }
  } finally {
    process.off('SIGINT', interrupt);
    prompt.close();
  }
}
