/** How each agent looks: its titles, spinners, prompt boxes and dialogs. */
import stringWidth from 'string-width';
import { cut, wrap } from './screen.js';
import type { DialogKind, Plays } from './talk.js';

export interface Dialog {
  readonly kind: DialogKind;
  readonly lines: readonly string[];
  readonly options: readonly string[];
}

/** What there is to show. */
export interface Scene {
  readonly cols: number;
  /** Undefined: no sign of work. */
  readonly busy: { readonly tick: number; readonly seconds: number; readonly tokens: number } | undefined;
  readonly dialog: (Dialog & { readonly selected: number }) | undefined;
  readonly composer: string;
  readonly placeholder: string;
  readonly shells: number;
}

export interface Live {
  readonly title: string;
  readonly progress: boolean | undefined;
  readonly lines: readonly string[];
  /** Row in `lines`, and column. */
  readonly cursor: readonly [number, number];
}

/** What stands below the transcript. */
export const looks: Readonly<Record<Plays, (scene: Scene) => Live>> = { claude, codex, gemini, opencode };

const BRAILLE = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'];
const STARS = [...'·✢✳✶✻✽'].filter((star) => star !== '✳');
const dim = (text: string) => `\x1b[2m${text}\x1b[22m`;
const elapsed = (seconds: number) =>
  seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`;
const at = <T>(list: readonly T[], tick: number): T => list[tick % list.length]!;

function claude(scene: Scene): Live {
  const { cols, busy, dialog } = scene;
  const rule = '─'.repeat(cols);
  const title = busy && !dialog ? `${at(['⠂', '⠐'], busy.tick)} Fix the build` : '✳ Fix the build';
  if (dialog) {
    const hint =
      dialog.kind === 'permission'
        ? 'Esc to cancel · Tab to amend'
        : 'Enter to select · ↑/↓ to navigate · Esc to cancel';
    const hints = dialog.kind === 'trust' || dialog.kind === 'login' ? 'Enter to confirm · Esc to cancel' : hint;
    return asking(cols, { title, head: [rule], dialog, mark: '❯', foot: ['', ` ${hints}`] });
  }
  const tokens = `↑ ${(((busy?.tokens ?? 0) + 100) / 1000).toFixed(1)}k tokens`;
  const status = busy
    ? [`${at(STARS, busy.tick)} Pondering… (${elapsed(busy.seconds)} · ${tokens} · esc to interrupt)`, '']
    : [];
  const shells = scene.shells > 0 ? ` · ${scene.shells} shell${scene.shells > 1 ? 's' : ''}` : '';
  const foot = [rule, `  ? for shortcuts${shells}`];
  return composing(scene, { title, progress: busy !== undefined, head: [...status, rule], prompt: '❯\u00a0', foot });
}

function codex(scene: Scene): Live {
  const { cols, busy, dialog } = scene;
  const title = dialog ? 'Action Required - app' : busy ? `${at(BRAILLE, busy.tick)} app` : 'app';
  if (dialog)
    return asking(cols, {
      ...{ title, head: [''], dialog, mark: '›' },
      foot: ['', '  Press enter to confirm or esc to cancel'],
    });
  const status = busy
    ? [`${at(['•', '◦'], busy.tick >> 2)} Working (${elapsed(busy.seconds)} • esc to interrupt)`, '']
    : [];
  const foot = ['', `  gpt-5 high · ${98 - ((busy?.seconds ?? 0) % 50)}% context left`];
  return composing(scene, { title, head: ['', ...status], prompt: '› ', foot });
}

function gemini(scene: Scene): Live {
  const { cols, busy, dialog } = scene;
  const title = 'Gemini - app';
  const edges = [`╭${'─'.repeat(cols - 2)}╮`, `╰${'─'.repeat(cols - 2)}╯`] as const;
  if (dialog) {
    const inner = asking(cols - 4, { title, head: [], dialog, mark: '●', foot: [], indent: '' });
    const boxed = inner.lines.map((line) => `│ ${line.padEnd(cols - 4)} │`);
    const waiting = '⠏ Waiting for user confirmation...';
    const [row, column] = inner.cursor;
    return { ...inner, lines: [waiting, edges[0], ...boxed, edges[1]], cursor: [row + 2, column + 2] };
  }
  const status = busy ? [`${at(BRAILLE, busy.tick)} Thinking... (esc to cancel, ${elapsed(busy.seconds)})`, ''] : [];
  const live = composing(
    { ...scene, cols: cols - 4, placeholder: scene.placeholder || '  Type your message or @path/to/file' },
    { title, head: [], prompt: '> ', foot: [] },
  );
  const boxed = live.lines.map((line) => `│ ${line}\x1b[${cols}G│`);
  const lines = [...status, edges[0], ...boxed, edges[1], '~/app   no sandbox   gemini-2.5-pro (99% context left)'];
  return {
    ...live,
    lines: lines.map((line) => line),
    cursor: [live.cursor[0] + status.length + 1, live.cursor[1] + 2],
  };
}

function opencode(scene: Scene): Live {
  const { cols, busy, dialog } = scene;
  const title = 'OpenCode';
  if (dialog) {
    const marked = dialog.options.map((option, index) =>
      index === dialog.selected ? `\x1b[7m ${option} \x1b[27m` : ` ${option} `,
    );
    const lines = [
      ...['┃', `┃  △ ${dialog.kind === 'permission' ? 'Permission required' : 'Question'}`],
      ...dialog.lines.map((line) => cut(`┃    ${line}`, cols)),
      ...['┃', `┃  ${marked.join('  ')}`, '┃  ⇆ select   enter confirm   esc dismiss'],
    ];
    return { title, progress: undefined, lines, cursor: [lines.length - 2, 3] };
  }
  const bar = busy
    ? `  ${[0, 1, 2, 3, 4, 5, 6, 7].map((i) => (i === busy.tick % 8 ? '■' : '⬝')).join('')}  esc interrupt`
    : '';
  return composing(
    { ...scene, placeholder: scene.placeholder || 'Ask anything... "Fix broken tests"' },
    {
      title,
      head: ['┃'],
      prompt: '┃  ',
      foot: ['┃', '┃  Build  Claude Sonnet', bar || '  tab agents  ctrl+p commands'],
      every: true,
    },
  );
}

interface Frame {
  readonly title: string;
  readonly head: readonly string[];
  readonly foot: readonly string[];
}

interface Asking extends Frame {
  readonly dialog: NonNullable<Scene['dialog']>;
  /** Before the option that is selected. */
  readonly mark: string;
  readonly indent?: string;
}

function asking(cols: number, { title, head, dialog, mark, foot, indent = ' ' }: Asking): Live {
  const options = dialog.options.map(
    (option, index) => `${indent}${index === dialog.selected ? mark : ' '} ${index + 1}. ${option}`,
  );
  const before = [...head, ...dialog.lines.map((line) => indent + line)];
  const lines = [...before, ...options, ...foot].map((line) => cut(line, cols));
  return { title, progress: undefined, lines, cursor: [before.length + dialog.selected, 1] };
}

/** What is behind the prompt's first row begins below its text; `every` repeats the prompt in each row. */
function composing(
  { cols, composer, placeholder }: Scene,
  { title, progress, head, prompt, foot, every }: Frame & { prompt: string; progress?: boolean; every?: boolean },
): Live {
  const width = [...prompt].length;
  const rows = wrap(composer, cols - width).slice(-10);
  const text =
    composer === ''
      ? [prompt + dim(cut(placeholder, cols - width))]
      : rows.map((row, index) => (index === 0 || every ? prompt : ' '.repeat(width)) + row);
  return {
    ...{ title, progress },
    lines: [...head.map((line) => cut(line, cols)), ...text, ...foot.map((line) => cut(line, cols))],
    cursor: [head.length + rows.length - 1, Math.min(width + stringWidth(rows.at(-1)!), cols - 1)],
  };
}
