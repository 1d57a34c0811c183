/** Reads the command lines that need no more than a call or two; whatever is unusual is left to the full program. */
import { type Caller, list, screen, send } from './hot.js';
import type { OutputFlags } from './output.js';

export interface LightCommand {
  readonly flags: OutputFlags;
  /** Changes nothing: it can be run again whatever became of it. */
  readonly reads: boolean;
  run(caller: Caller): Promise<void>;
}

interface Shape {
  readonly reads: boolean;
  readonly switches: readonly string[];
  readonly values: readonly string[];
  readonly operands: readonly [least: number, most: number];
  run(caller: Caller, operands: readonly string[], options: Readonly<Record<string, any>>): Promise<void>;
}

const listing = {
  reads: true,
  operands: [0, 0],
  run: (caller, _, options) => list(caller, options),
} as const satisfies Partial<Shape>;

const shapes: Readonly<Record<string, Shape>> = {
  ls: { ...listing, switches: ['all'], values: ['status'] },
  'session list': { ...listing, switches: [], values: ['status'] },
  send: {
    reads: false,
    switches: ['enter'],
    values: ['keys'],
    operands: [1, Number.POSITIVE_INFINITY],
    run: (caller, [id = '', ...words], options) => send(caller, id, words, options),
  },
  screen: {
    reads: true,
    switches: [],
    values: ['lines'],
    operands: [1, 1],
    run: (caller, [id = ''], options) => screen(caller, id, options),
  },
};

const globals: Readonly<Record<string, object>> = {
  '--json': { json: true },
  '--quiet': { quiet: true },
  '--no-color': { color: false },
  '--no-input': {},
  '--no-autostart': {},
};

/** Undefined when the full program has to look: unknown options, `--`, `--help`, too few or too many words. */
export function parseLight(argv: readonly string[]): LightCommand | undefined {
  const name = argv[0] === 'session' ? argv.slice(0, 2).join(' ') : (argv[0] ?? '');
  const shape = Object.hasOwn(shapes, name) ? shapes[name]! : undefined;
  const read = shape && readWords(shape, argv.slice(name.split(' ').length));
  if (!read) return undefined;
  const [least, most] = shape.operands;
  if (read.operands.length < least || read.operands.length > most) return undefined;
  return { flags: read.flags, reads: shape.reads, run: (caller) => shape.run(caller, read.operands, read.options) };
}

function readWords(shape: Shape, words: readonly string[]) {
  const operands: string[] = [];
  const options: Record<string, string | boolean> = {};
  const flags: OutputFlags = {};
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const name = word.slice(2);
    const value = words[i + 1];
    if (!word.startsWith('-')) operands.push(word);
    else if (Object.hasOwn(globals, word)) Object.assign(flags, globals[word]);
    else if (!word.startsWith('--')) return undefined;
    else if (shape.switches.includes(name)) options[name] = true;
    else if (shape.values.includes(name) && value !== undefined && !value.startsWith('-')) {
      options[name] = value;
      i++;
    } else return undefined;
  }
  return { operands, options, flags };
}
