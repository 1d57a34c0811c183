/** The short commands people type: ls, new, attach, run, record, play, send, screen, close, demo. */
import { type Command, Option } from 'commander';
import { SessionStatus } from '#protocol';
import { fromText } from '#protocol/fields';
import { answering } from './answer.js';
import { confirm } from './ask.js';
import { type AttachFlags, attach, refuseWithoutTerminal } from './attach.js';
import type { Context, WithContext } from './context.js';
import { demo } from './demo.js';
import { folderIdOf } from './folders.js';
import { type ListOptions, list, type SendOptions, screen, send } from './hot.js';
import { means } from './meaning.js';
import { type NewFlags, newSession } from './new.js';
import { BEGIN } from './overview.js';
import { type PlayFlags, play } from './play.js';
import { type InjectFlags, inject } from './receipts.js';
import { type RecordFlags, record } from './record.js';
import { findSession } from './resolve.js';
import { type RunFlags, run } from './run.js';
import { clean } from './text.js';
import { type WatchFlags, watch } from './watch.js';

export function addSessionCommands(program: Command, withContext: WithContext): void {
  answering(program.command('ls'), 'session/list')
    .helpGroup(BEGIN)
    .description('Lists the sessions that are open.')
    .option('--all', 'closed and trashed ones too')
    .option('--folder <folder>', 'only those in this folder')
    .addOption(
      means(new Option('--status <a,b>', 'only sessions in these states'), {
        words: SessionStatus.options,
        list: true,
      }),
    )
    .addHelpText('after', '\nExamples:\n  rdv ls\n  rdv ls --folder work --status suspended,closed')
    .action((flags: ListOptions & { folder?: string }, command: Command) =>
      withContext(command, async (context) => {
        const { folder } = flags;
        await list(context, { ...flags, ...(folder && { folderId: await folderIdOf(context.call, folder) }) });
      }),
    );
  addNew(program, withContext);
  addRun(program, withContext);
  addRecordings(program, withContext);
  addAttach(program, withContext);
  addWatch(program, withContext);
  answering(program.command('send <id> [text...]'), 'session/send')
    .helpGroup(BEGIN)
    .description('Types text and keys into a session.')
    .option('--enter', 'press Enter at the end')
    .option('--keys <Enter,C-c>', 'keys by tmux name, after the text')
    .addHelpText('after', '\nExamples:\n  rdv send build "npm test" --enter\n  rdv send build --keys C-c')
    .action((id: string, words: string[], flags: SendOptions, command: Command) =>
      withContext(command, (context) => send(context, id, words, flags)),
    );
  addInject(program, withContext);
  answering(program.command('screen <id>'), 'session/scrollback')
    .helpGroup(BEGIN)
    .description('Prints what a session shows.')
    .option('--lines <n>', 'history lines above the screen (default: 0)')
    .addHelpText('after', '\nExample:\n  rdv screen build --lines 100')
    .action((id: string, flags: { lines?: string }, command: Command) =>
      withContext(command, (context) => screen(context, id, flags)),
    );
  answering(program.command('close <id>'), 'session/close')
    .helpGroup(BEGIN)
    .description('Ends the processes of a session.')
    .option('--trash', 'move it to the trash, with the worktree that was made for it')
    .option('--delete-worktree', 'move that worktree to the trash, unless anything is at stake in it')
    .option('--yes', 'do it without asking')
    .addHelpText('after', '\nExamples:\n  rdv close build\n  rdv close build --trash --yes')
    .action((id: string, flags: CloseFlags, command: Command) =>
      withContext(command, (context) => close(context, id, flags)),
    );
  answering(program.command('demo'), 'session/create')
    .helpGroup(BEGIN)
    .description('Starts a session with live output, shows it for a few seconds, and tells what to type next.')
    .action((_flags: object, command: Command) => withContext(command, demo));
}

const addEntry = (text: string, before: object = {}) => ({
  ...before,
  ...(fromText({ ...mapField, name: '-e' }, text) as object),
});

function addNew(program: Command, withContext: WithContext): void {
  answering(program.command('new [command...]'), 'session/create')
    .helpGroup(BEGIN)
    .description('Starts a program, or your shell, in a new session and attaches to it.')
    .passThroughOptions()
    .option('-n, --name <name>', 'what people see (default: Terminal)')
    .option('-C, --directory <dir>', 'where it starts (default: here; on another machine, home)')
    .option('-e, --environment <KEY=value>', 'a variable of the program; may be repeated', addEntry)
    .option('--cols <n>', "columns (default: this terminal's, else 80)")
    .option('--rows <n>', "rows (default: this terminal's, else 24)")
    .option('--key <text>', 'the same key again gives the same session')
    .option('-f, --folder <folder>', 'file it there; it starts in the directory of the folder, with its preferences')
    .option('-w, --worktree [branch]', 'make a git worktree for it, and start there')
    .option('--base <branch>', 'what a new branch of the worktree starts from')
    .option('--startup <text>', 'typed into its shell at the start (default: what the preferences say)')
    .option('-d, --detach', 'print the id instead of attaching')
    .addHelpText('after', '\nExamples:\n  rdv new --name build -- npm run watch\n  rdv new -d -C ~/src/app htop')
    .action((words: string[], flags: NewFlags, command: Command) =>
      withContext(command, (context) => newSession(context, words, flags)),
    );
}

function addRun(program: Command, withContext: WithContext): void {
  answering(program.command('run <command...>'), 'session/run')
    .helpGroup(BEGIN)
    .description("Runs a command to its end in a session of its own; its output and exit code are rdv's.")
    .passThroughOptions()
    .option('-n, --name <name>', 'what people see (default: the command)')
    .option('-C, --directory <dir>', 'where it starts (default: here; on another machine, home)')
    .option('-e, --environment <KEY=value>', 'a variable of the command; may be repeated', addEntry)
    .option('--keep', 'keep its session, with the last screen')
    .addHelpText(
      'after',
      '\nWith --timeout the command is ended after so long (default: 10 minutes). It has a terminal, but no input.' +
        '\n\nExamples:\n  rdv run -- npm test\n  rdv run --timeout 3600000 -C ~/src/app make release',
    )
    .action((words: string[], flags: RunFlags, command: Command) =>
      withContext(command, (context) => run(context, words, flags)),
    );
}

function addRecordings(program: Command, withContext: WithContext): void {
  answering(program.command('record <id>'), 'session/record')
    .description('Records a session into an asciicast file, and prints its path.')
    .option('--stop', 'end the recording')
    .option('--status', 'tell how it stands')
    .addHelpText('after', '\nExamples:\n  rdv record build\n  rdv record build --stop')
    .action((id: string, flags: RecordFlags, command: Command) =>
      withContext(command, (context) => record(context, id, flags)),
    );
  answering(program.command('play <file>'), 'nothing')
    .description('Shows a recording: Space pauses, q leaves. Off a terminal, prints all of it at once.')
    .option('--speed <n>', 'so many times as fast (default: 1)')
    .option('--idle <seconds>', 'let no pause take longer')
    .addHelpText('after', '\nExample:\n  rdv play build.cast --speed 2 --idle 1')
    .action((file: string, flags: PlayFlags, command: Command) =>
      withContext(command, (context) => play(context, file, flags)),
    );
}

const mapField = { type: 'map', required: false, description: '' } as const;

function addAttach(program: Command, withContext: WithContext): void {
  answering(program.command('attach <id>'), 'nothing')
    .helpGroup(BEGIN)
    .description('Shows a session in this terminal and types into it; Ctrl-] d leaves it running.')
    .option('--detach-keys <keys>', 'how to leave (default: ctrl-],d)')
    .option('--read-only', 'look, but do not type')
    .option('--no-resize', "leave the session's size alone")
    .option('--force', 'attach a session within itself')
    .addHelpText('after', '\nExamples:\n  rdv attach build\n  rdv attach build --read-only')
    .action((id: string, flags: AttachFlags, command: Command) =>
      withContext(command, async (context) => {
        refuseWithoutTerminal();
        await attach(context, await findSession(context.call, id), flags);
      }),
    );
}

function addWatch(program: Command, withContext: WithContext): void {
  answering(program.command('watch'), 'WatchLine', true)
    .helpGroup(BEGIN)
    .description('Shows all sessions with what their agents do, as it changes; keys attach, send, answer.')
    .option('--jsonl', 'print how things stand, then each change, as lines of JSON; so does --json')
    .addHelpText(
      'after',
      '\nKeys: up/down select, Enter attach, s send a prompt, r answer a question, u suspend or resume, x close,\n' +
        'n mark notifications read, / filter, f only those that need somebody, ? help, q leave.' +
        '\n\nExamples:\n  rdv watch' +
        '\n  rdv watch --jsonl | jq -r \'select(.name == "agent/changed") | .params.agent | "\\(.name) \\(.state)"\'',
    )
    .action((flags: WatchFlags, command: Command) => withContext(command, (context) => watch(context, flags)));
}

function addInject(program: Command, withContext: WithContext): void {
  answering(program.command('inject <session> <text...>'), 'agent/send')
    .helpGroup(BEGIN)
    .description(
      "Types a prompt into a session's agent with care, and tells what was seen of it; - reads it from stdin.",
    )
    .addOption(
      new Option('--mode <when>', 'at once or not at all, or as soon as it is idle (default: now)').choices(
        injectionModes,
      ),
    )
    .addOption(new Option('--wait <until>', 'how far to wait').choices(['queued', 'submitted', 'completed']))
    .option('--ttl-ms <ms>', 'how long it may wait to be typed (default: half an hour)')
    .option('--no-submit', 'do not press Enter behind it')
    .option('--reason <text>', 'why, for the audit')
    .option('--key <text>', 'the same key again types nothing and gives the same receipt')
    .addHelpText(
      'after',
      '\nIt ends with 0 when the text was submitted or waits as told, with 1 when it was refused or nobody can say, with' +
        '\n124 when it waited too long. It is refused while the agent asks something or somebody types there.' +
        '\n\nExamples:\n  rdv inject api "run the tests" --mode whenIdle --wait completed\n  rdv inject api - < prompt.md',
    )
    .action((id: string, words: string[], flags: InjectFlags, command: Command) =>
      withContext(command, (context) => inject(context, id, words, flags)),
    );
}

const injectionModes = ['now', 'whenIdle', 'queue'];

interface CloseFlags {
  readonly trash?: boolean;
  readonly deleteWorktree?: boolean;
  readonly yes?: boolean;
}

async function close(context: Context, given: string, flags: CloseFlags): Promise<void> {
  const { trash = false, deleteWorktree = false, yes = false } = flags;
  const session = await findSession(context.call, given);
  const name = `"${clean(session.name)}"`;
  await confirm(context, yes, `${trash ? `move ${name} to the trash` : `close ${name}`} and end its programs`);
  const result = await context.call('session/close', { id: session.id, trash, deleteWorktree });
  if (context.output.json) return context.output.object(result);
  context.output.note(`${trash ? 'Moved to the trash:' : 'Closed'} ${name}.`);
  if (result.trashItemId)
    context.output.note(`\`rdv trash restore ${result.trashItemId.slice(0, 8)}\` brings it back.`);
}
