/** The plugin we put into OpenCode's folder: it starts `rdv hook` for each event, one after another, and waits for none. */
import { type Making, makings, type Program } from './command.js';

/** The events it passes on. */
export const HEARD = [
  'session.created',
  'session.status',
  'session.idle',
  'session.error',
  'session.compacted',
  'tool.execute.before',
  'tool.execute.after',
  'permission.asked',
  'permission.updated',
  'permission.replied',
  'question.asked',
  'question.replied',
  'question.rejected',
];

/** Of what an event brings, all that is passed on: nothing of what is talked about. */
const TOLD = ['sessionID', 'parentID', 'tool', 'callID', 'status', 'error', 'permission', 'title'];

export function pluginText(program: Program, made: Making): string {
  const code = codeOf(program);
  return `// rdv hooks, made: ${made}, sum: ${sumOf(code)}. \`rdv hook remove\` takes this file out again.\n${code}`;
}

const FIRST = /^\/\/ rdv hooks, made: (\w+), sum: (\w+)\. .*\n/;

export interface OurPlugin {
  readonly program: readonly string[];
  readonly made: Making;
  /** Somebody has written into it. */
  readonly changed: boolean;
}

/** Undefined for a file that is not ours. */
export function readPlugin(text: string): OurPlugin | undefined {
  const [first, made, sum] = FIRST.exec(text) ?? [];
  if (first === undefined || !makings.includes(made as Making)) return undefined;
  const code = text.slice(first.length);
  const [, program] = /^const program = (\[.*\]);$/m.exec(code) ?? [];
  const changed = program === undefined || sumOf(code) !== sum;
  return { program: changed ? [] : JSON.parse(program), made: made as Making, changed };
}

/** Tells apart, no more. */
function sumOf(text: string): string {
  let sum = 0;
  for (const character of text) sum = (Math.imul(sum, 31) + character.codePointAt(0)!) | 0;
  return (sum >>> 0).toString(16);
}

const codeOf = (program: Program) => `import { spawn } from 'node:child_process';

const program = ${JSON.stringify(program)};
const heard = new Set(${JSON.stringify(HEARD)});
const told = ${JSON.stringify(TOLD)};
// Events that wait for the one before; the oldest is left out when there are more.
const WAITING = 64;
const CHILDREN = 256;

export const RdvHooks = async () => {
  if (!process.env.RDV_SESSION_ID) return {};
  const waiting = [];
  const children = new Map();
  let running = false;

  const next = () => {
    const item = waiting.shift();
    running = item !== undefined;
    if (!item) return;
    let over = false;
    const done = () => {
      if (over) return;
      over = true;
      next();
    };
    try {
      const child = spawn(program[0], [...program.slice(1), 'hook', 'opencode', item.event], {
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      child.once('error', done);
      child.once('close', done);
      child.stdin.once('error', () => {});
      child.stdin.end(JSON.stringify(item.payload));
    } catch {
      done();
    }
  };

  const tell = (event, properties) => {
    if (!heard.has(event) || !properties) return;
    const all = { ...properties, sessionID: properties.sessionID ?? properties.info?.id };
    if (properties.info?.parentID && children.size < CHILDREN) children.set(all.sessionID, properties.info.parentID);
    all.parentID = children.get(all.sessionID);
    const payload = Object.fromEntries(told.filter((name) => all[name] !== undefined).map((name) => [name, all[name]]));
    if (waiting.length >= WAITING) waiting.shift();
    waiting.push({ event, payload });
    if (!running) next();
  };

  return {
    event: async ({ event }) => tell(event.type, event.properties),
    'tool.execute.before': async (input) => tell('tool.execute.before', input),
    'tool.execute.after': async (input) => tell('tool.execute.after', input),
  };
};
`;
