/** `rdv complete`: what could stand where a line is being typed, and the scripts that ask it. Its own bundle: a person waits. */
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findEndpoint } from '../endpoint.js';
import { quickConnect } from '../quick.js';
import type { Caller } from './hot.js';
import { type Offer, offersOf } from './offers.js';
import { type Question, questionIn } from './question.js';
import { placeIn, quoteFor, readTyped, unquote } from './quoting.js';
import { isShell, scripts } from './scripts.js';
import type { CommandNode, Tree } from './tree.js';
import { version } from './version.js';

/** All of it together; nobody waits longer on a key. */
const PATIENCE_MS = 800;

/** What the shell is to do beside, as bits; the numbers are those that cobra and @bomb.sh/tab use. */
const NO_FILES = 4;
const DIRECTORIES = 16;

/** What `rdv completion <shell>` prints. False when it knows no such shell. */
export function printScript(shell: string): boolean {
  const known = isShell(shell);
  if (known) process.stdout.write(scripts[shell]);
  return known;
}

interface Request {
  readonly before: readonly string[];
  readonly word: string;
  /** An offer as the shell wants it; undefined when it cannot stand there. `head` is what of the word stays. */
  readonly write: (head: string, offer: Offer) => string | undefined;
}

/**
 * `-- <words...>` are the words behind `rdv`, the last one being typed; answers a line each, with what it is about behind
 * a tab, and `:` with the directive at last. `--bash <line> <breaks>`, `--zsh <words...>` and `--fish <words...>` answer as
 * these shells want it. Says nothing of what goes wrong: it would stand in the prompt.
 */
export async function runComplete(argv: readonly string[]): Promise<void> {
  const tree: Tree = JSON.parse(readFileSync(join(__dirname, 'commands.json'), 'utf8'));
  const request = read(argv);
  const question = questionIn(tree, request.before, request.word);
  const { offers, files } = await answer(question, tree);
  const lines = offers.map((offer) => request.write(question.head, offer)).filter((line) => line !== undefined);
  const directive = files === 'directory' ? DIRECTORIES : files ? 0 : NO_FILES;
  process.stdout.write([...lines, `:${directive}\n`].join('\n'), () => process.exit(0));
}

function read([shell = '', ...rest]: readonly string[]): Request {
  if (shell === '--bash') return readBash(rest[0] ?? '', rest[1] ?? '');
  const before = rest.slice(0, -1);
  const raw = rest.at(-1) ?? '';
  const line = ({ value, about }: Offer) => `${value}\t${about}`;
  // These two look themselves for what fits, each in its way.
  if (shell === '--zsh') return { before, word: raw, write: (_, offer) => line(offer) };
  if (shell === '--fish') return { before, word: unquote(raw), write: (head, offer) => head + line(offer) };
  const write = (head: string, offer: Offer) => (`${head}${offer.value}`.startsWith(raw) ? line(offer) : undefined);
  return { before, word: raw, write };
}

/** What bash puts in the place of what it replaces, a blank behind it included. */
function readBash(line: string, breaks: string): Request {
  const { before, word, raw } = readTyped(line);
  const { kept, quote } = placeIn(raw, breaks);
  return {
    before,
    word,
    write(head, { value }) {
      const whole = head + value;
      return whole.startsWith(word) ? quoteFor(whole.slice(kept.length), quote) : undefined;
    },
  };
}

interface Answer {
  readonly offers: readonly Offer[];
  readonly files?: 'file' | 'directory';
}

async function answer(question: Question, tree: Tree): Promise<Answer> {
  const { commands, options, meaning, typed } = question;
  const { names, words, list } = meaning;
  const plain = [
    ...commands.map(({ name, about }) => ({ value: name, about })),
    ...options.map(({ flags, about }) => ({ value: flagFor(flags, typed), about })),
    ...(words ?? []).map((value) => ({ value, about: '' })),
  ];
  if (names === 'file' || names === 'directory') return { offers: plain, files: names };
  if (names === 'topic') return { offers: topicsIn(tree.root, question.operands) };
  if (names === 'program') return { offers: question.operands.length === 0 ? programs(typed) : [], files: 'file' };
  const [, done = '', last = ''] = (list && /^(.*,)?([^,]*)$/s.exec(typed)) || [undefined, '', typed];
  const offers = [...plain, ...(names ? await live(names, { ...question, typed: last }) : [])];
  const used = done.split(',');
  return {
    offers: offers
      .filter(({ value }) => !done || !used.includes(value))
      .map((offer) => ({ ...offer, value: done + offer.value })),
  };
}

/** The long spelling, unless the short one is being typed. */
const flagFor = (flags: readonly string[], typed: string) => flags.find((flag) => flag === typed) ?? flags.at(-1)!;

function topicsIn(root: CommandNode, path: readonly string[]): Offer[] {
  let at: CommandNode | undefined = root;
  for (const word of path) at = at?.commands.find(({ name }) => name === word);
  return (at?.commands ?? []).map(({ name, about }) => ({ value: name, about }));
}

/** As the daemon lists them; none when it does not run, or is somewhere else. */
async function live(names: string, { typed, operands, given }: Question): Promise<readonly Offer[]> {
  if (given['--host'] ?? process.env.RDV_HOST) return [];
  const late = new Promise<readonly Offer[]>((resolve) => setTimeout(resolve, PATIENCE_MS, []));
  const asked = connected(given['--socket'], (call) =>
    offersOf(names, {
      call,
      typed,
      operands,
      directory: given['--repo-path'] ?? given['--directory'] ?? process.cwd(),
    }),
  );
  return Promise.race([asked.catch(() => []), late]);
}

async function connected(
  socket: string | undefined,
  ask: (call: Caller['call']) => Promise<readonly Offer[]>,
): Promise<readonly Offer[]> {
  const { socketPath, token } = findEndpoint(process.env, socket);
  const client = await quickConnect({ socketPath, token, version, timeoutMs: PATIENCE_MS });
  if (!client) return [];
  let last: Promise<unknown> = Promise.resolve();
  const call: Caller['call'] = (method, params) => {
    const answered = last.then(() => client.call(method, params));
    last = answered;
    return answered;
  };
  return ask(call);
}

/** On the path, by the beginning of their names. */
function programs(typed: string): Offer[] {
  if (typed === '' || typed.includes('/')) return [];
  const found = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => {
    const names = namesIn(folder).filter((name) => name.startsWith(typed));
    return names.filter((name) => isExecutable(join(folder, name)));
  });
  return [...new Set(found)].sort().map((value) => ({ value, about: 'program' }));
}

/** Folders of the path need not be there. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder || '.');
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
