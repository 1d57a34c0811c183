/** How a terminal is asked to show a notification on the desktop: by what it says of itself, else by its bell. Pure. */
import type { Notice } from '#protocol';
import { clean } from './text.js';

type Environment = Readonly<Record<string, string | undefined>>;

const BELL = '\x07';
const TITLE_CHARACTERS = 80;
const BODY_CHARACTERS = 200;

/** To be written to a terminal between two of its sequences; nothing in the notification can end it. */
export function desktopSequence(notice: Notice, environment: Environment): string {
  const { kind, bell } = terminalOf(environment);
  const sequence = kind === undefined ? '' : make[kind](textOf(notice));
  const { TMUX } = environment;
  if (TMUX) return wrapped(sequence) + BELL;
  return sequence + (bell || sequence === '' ? BELL : '');
}

interface Text {
  readonly id: string;
  readonly title: string;
  readonly body: string;
}

function textOf({ id, sessionName, title, body }: Notice): Text {
  const name = sessionName === null ? 'rdv' : `rdv: ${line(sessionName)}`;
  const more = line(body);
  return {
    id,
    title: cut(name, TITLE_CHARACTERS),
    body: cut(more ? `${line(title)}: ${more}` : line(title), BODY_CHARACTERS),
  };
}

const make = {
  /** One text; what begins with a digit would be something else to some. */
  osc9: ({ title, body }: Text) => `\x1b]9;${title}: ${body}\x1b\\`,
  osc777: ({ title, body }: Text) => `\x1b]777;notify;${title.replaceAll(';', ',')};${body}\x1b\\`,
  osc99: ({ id, title, body }: Text) => `\x1b]99;i=${id}:d=0;${title}\x1b\\\x1b]99;i=${id}:p=body;${body}\x1b\\`,
} as const;

interface Known {
  readonly kind?: keyof typeof make;
  /** It may not know the sequence yet. */
  readonly bell?: boolean;
}

/** Those who are within tmux or the like find what its server was started in, which is a good guess. */
function terminalOf(environment: Environment): Known {
  const { TERM = '', TERM_PROGRAM = '', STY } = environment;
  if (STY) return {};
  const named = programs[TERM_PROGRAM] ?? terms.find(([pattern]) => pattern.test(TERM))?.[1];
  const marked = marks.find(([variable]) => environment[variable])?.[1];
  return named ?? marked ?? {};
}

const programs: Readonly<Record<string, Known>> = {
  'iTerm.app': { kind: 'osc9' },
  WezTerm: { kind: 'osc777' },
  ghostty: { kind: 'osc777' },
  WarpTerminal: { kind: 'osc777' },
  zed: { kind: 'osc9' },
  // They would know nothing of it, though they were started in one that does.
  Apple_Terminal: {},
  vscode: {},
};

const terms: readonly [RegExp, Known][] = [
  [/^xterm-kitty/, { kind: 'osc99' }],
  [/^(foot|rxvt|contour|wezterm|xterm-ghostty)/, { kind: 'osc777' }],
  // What it does not know it prints.
  [/^linux/, {}],
];

const marks: readonly [string, Known][] = [
  ['KITTY_WINDOW_ID', { kind: 'osc99' }],
  ['ITERM_SESSION_ID', { kind: 'osc9' }],
  ['WEZTERM_PANE', { kind: 'osc777' }],
  ['GHOSTTY_RESOURCES_DIR', { kind: 'osc777' }],
  // Only newer ones know it; the others read over it.
  ['WT_SESSION', { kind: 'osc777', bell: true }],
  ['KONSOLE_VERSION', { kind: 'osc777', bell: true }],
  ['VTE_VERSION', { kind: 'osc777', bell: true }],
];

/** Past tmux to the terminal it is in, where the user allows that; else it is read over. */
const wrapped = (sequence: string) =>
  sequence === '' ? '' : `\x1bPtmux;${sequence.replaceAll('\x1b', '\x1b\x1b')}\x1b\\`;

/** Without what would turn the direction of what stands around it. */
const line = (text: string) =>
  clean(text)
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();

const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
