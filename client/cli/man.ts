/** `rdv man`: the manual page of a command, in man(1) on a terminal. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { answering } from './answer.js';
import { pathOf } from './examples.js';
import { failure } from './fail.js';
import { commandIn } from './help.js';
import type { OutputOf } from './line.js';
import { means } from './meaning.js';
import type { Output } from './output.js';
import { manualPage } from './roff.js';
import { built, version } from './version.js';

/** `everything` is the whole tree, options included. */
export function addMan(program: Command, outputOf: OutputOf, everything: () => Command): void {
  const command = answering(program.command('man [command...]'), 'ManualPage')
    .description('Shows the manual page of a command; off a terminal, prints it for man and troff.')
    .addHelpText('after', '\nExamples:\n  rdv man\n  rdv man session list\n  rdv man new > rdv-new.1')
    .action((path: string[], _: object, self: Command) => show(commandIn(everything(), path), outputOf(self)));
  means(command.registeredArguments[0]!, { names: 'topic' });
}

function show(command: Command, output: Output): void {
  const page = manualPage(command, { version, date: built });
  if (output.json) output.object({ name: pathOf(command).join('-'), page });
  else if (output.columns === undefined) output.data(page);
  else open(command, page, output);
}

function open(command: Command, page: string, output: Output): void {
  const folder = mkdtempSync(join(tmpdir(), 'rdv-man-'));
  try {
    const path = join(folder, `${pathOf(command).join('-')}.1`);
    writeFileSync(path, page);
    // A path, so that it is not looked for among the pages that are installed.
    const { error, status } = spawnSync('man', [path], { stdio: 'inherit' });
    if (error)
      throw failure(
        'Unavailable',
        `man cannot be run: ${error.message}.`,
        `See \`${pathOf(command).join(' ')} --help\`.`,
      );
    output.exit(status ?? 1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
