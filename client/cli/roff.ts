/** Manual pages, as man(1) reads them, made from the tree of commands. */
import type { Argument, Command, Option } from 'commander';
import { errors } from '#protocol/errors';
import { examplesOf, pathOf, textBelow } from './examples.js';
import { isEverywhere } from './flags.js';

export interface Edition {
  readonly version: string;
  /** `2026-01-31`. */
  readonly date: string;
}

/** Every page by the name of its file: `rdv-session-list.1`. */
export function manualPages(program: Command, edition: Edition): Map<string, string> {
  const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
  return new Map(all(program).map((command) => [`${pageOf(command)}.1`, manualPage(command, edition)]));
}

const pageOf = (command: Command) => pathOf(command).join('-');

export function manualPage(command: Command, { version, date }: Edition): string {
  const help = command.createHelp();
  const options = help.visibleOptions(command).filter((option) => !command.parent || !isEverywhere(option));
  const { prose, examples } = below(command);
  const sections: [title: string, lines: string[]][] = [
    ['NAME', fill(`${pageOf(command)} - ${command.description().replace(/\.$/, '')}`)],
    ['SYNOPSIS', [synopsis(command)]],
    ['DESCRIPTION', [...fill(command.description()), ...prose]],
    ['ARGUMENTS', command.registeredArguments.filter(({ description }) => description).flatMap(argumentLines)],
    ['COMMANDS', help.visibleCommands(command).flatMap(commandLines)],
    ['OPTIONS', options.flatMap(optionLines)],
    ...(command.parent ? [] : rootSections()),
    ['EXAMPLES', examples.length > 0 ? ['.nf', ...examples.map(text), '.fi'] : []],
    ['SEE ALSO', seeAlso(command)],
  ];
  const head = `.TH "${toRoff(pageOf(command).toUpperCase())}" "1" "${date}" "rdv ${toRoff(version)}" "rdv"`;
  const body = sections.filter(([, lines]) => lines.length > 0).flatMap(([title, lines]) => [`.SH ${title}`, ...lines]);
  // Left-aligned and not hyphenated: names of commands are copied from here.
  return `${[head, '.nh', '.ad l', ...body].join('\n')}\n`;
}

function synopsis(command: Command): string {
  const words = command.registeredArguments.map((argument) => {
    const name = italic(argument.name()) + (argument.variadic ? '\\&...' : '');
    return argument.required ? name : `[${name}]`;
  });
  const more = command.commands.length > 0 ? [italic('command')] : words;
  return [bold(pathOf(command).join(' ')), `[${italic('options')}]`, ...more].join(' ');
}

const argumentLines = (argument: Argument) => item(italic(argument.name()), argument.description);
const commandLines = (command: Command) => item(bold(`${pageOf(command)}(1)`), command.description());

function optionLines({ flags, description, argChoices }: Option): string[] {
  const shown = flags
    .split(/(<[^>]+>|\[[^\]]+\])/)
    .filter(Boolean)
    .map((part) => (/^[<[]/.test(part) ? italic(part) : bold(part)))
    .join('');
  const choices = argChoices && !flags.includes('|') ? `; one of ${argChoices.join(', ')}` : '';
  return item(shown, `${description}${choices}`);
}

const item = (term: string, about: string) => ['.TP', term, ...fill(about || '-')];

/** What the help shows below the options: paragraphs, with indented lines kept as they are; and the examples apart. */
function below(command: Command): { prose: string[]; examples: string[] } {
  const blocks = textBelow(command)
    .split(/\n{2,}/)
    .filter((block) => block && !/^Examples?:\n/.test(block));
  const prose = blocks.flatMap((block) => {
    const lines = block.split('\n');
    const plain = lines.filter((line) => !line.startsWith('  '));
    const kept = lines.filter((line) => line.startsWith('  '));
    return ['.PP', ...fill(plain.join(' ')), ...(kept.length > 0 ? ['.PP', '.nf', ...kept.map(text), '.fi'] : [])];
  });
  return { prose, examples: examplesOf(command) };
}

/** What holds for all of them stands in the page of `rdv`. */
function rootSections(): [string, string[]][] {
  const codes = [...new Set(Object.values(errors).map(({ exit }) => exit))].sort((a, b) => a - b);
  const kindsOf = (code: number) =>
    Object.entries(errors).flatMap(([kind, { exit }]) => (exit === code ? spaced(kind) : []));
  const variables: Record<string, string> = {
    REMOTE_DEV_DIR: 'The data folder of the daemon, ~/.remote-dev when it is not set.',
    RDV_SOCKET: 'The socket of the daemon, when it is not that of its data folder.',
    RDV_TOKEN: 'The token to act with, instead of the one in its file; RDV_API_KEY is the same.',
    RDV_NO_AUTOSTART: 'Do not start a daemon where none runs, when it is 1.',
  };
  return [
    [
      'EXIT STATUS',
      [
        ...item('0', 'What was asked for was done.'),
        ...codes.flatMap((exit) => item(String(exit), `${kindsOf(exit).join(', ')}.`)),
        ...fill('`rdv run` ends with the code of the command it ran.'),
      ],
    ],
    ['ENVIRONMENT', Object.entries(variables).flatMap(([name, about]) => item(bold(name), about))],
  ];
}

/** `not found` for `NotFound`. */
const spaced = (kind: string) => kind.replace(/(?<=[a-z])[A-Z]/g, ' $&').toLowerCase();

/** What is above it and beside it. */
function seeAlso(command: Command): string[] {
  const { parent } = command;
  if (!parent) return [];
  const beside = parent.parent ? parent.commands.filter((other) => other !== command) : [];
  const pages = [...(parent.parent ? [parent.parent] : []), parent, ...beside].map(pageOf);
  return fill(pages.map((page) => `\`${page}\`(1)`).join(', '));
}

/** In lines of the source below 80 characters; `code` in bold. */
function fill(words: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words.split(/\s+/).filter(Boolean)) {
    if (line && line.length + word.length > 60) {
      lines.push(line);
      line = '';
    }
    line += (line && ' ') + word;
  }
  const whole = [...lines, line].map(toRoff).join('\n');
  return whole
    .replace(/\\\(ga(.+?)\\\(ga/gs, '\\fB$1\\fR')
    .split('\n')
    .map(guarded);
}

const text = (line: string) => guarded(toRoff(line));

/** A line may begin with what would be a request. */
const guarded = (line: string) => (/^[.']/.test(line) ? `\\&${line}` : line);

const bold = (plain: string) => `\\fB${toRoff(plain)}\\fR`;
const italic = (plain: string) => `\\fI${toRoff(plain)}\\fR`;

const named: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '"': '\\(dq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};

/** As it is, whatever the formatter would make of it; it is copied from there. */
export function toRoff(plain: string): string {
  return plain
    .replace(/[\\\-'"`^~]/g, (c) => named[c]!)
    .replace(/[^\x00-\x7f]/gu, (c) => `\\[u${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`);
}
