/** Which agent a session runs, from all that may tell. Pure. */
import type { AgentProvider } from '#protocol';
import type { Provider } from './evidence.js';
import type { Manifest } from './manifests/manifest.js';

export interface Signs {
  /** What the session was made for. */
  readonly declared: AgentProvider | null;
  /** What it was started with; null for a login shell. */
  readonly command: readonly string[] | null;
  /** The agent a hook told of. */
  readonly hooked: Provider | undefined;
  /** What runs in the foreground; undefined where nobody can tell. */
  readonly front: readonly string[] | undefined;
  /** Whether that is a shell that waits for lines. */
  readonly shellInFront: boolean;
}

/** What is in front counts most: an agent may have ended, and its shell stand there. */
export function chooseProvider(signs: Signs, manifests: readonly Manifest[]): Provider {
  const { declared, command, hooked, front, shellInFront } = signs;
  const running = front && agentIn(front, manifests);
  if (running) return running;
  if (shellInFront) return 'shell';
  if (declared && declared !== 'none') return declared;
  return (command && agentIn(command, manifests)) ?? hooked ?? 'shell';
}

/** Programs that run others. */
const RUNNERS = /^(?:node|bun|deno|npx|bunx|python[\d.]*|uv|env)$/;

/** The agent that a command line starts, itself or by an interpreter. */
export function agentIn(
  argv: readonly string[],
  manifests: readonly Manifest[],
): Exclude<Provider, 'shell'> | undefined {
  const [program = '', ...args] = argv;
  const name = nameOf(program);
  const script = RUNNERS.test(name) ? args.find((arg) => !arg.startsWith('-')) : undefined;
  for (const { provider, programs } of manifests) {
    if (provider === 'shell') continue;
    if ([name, script === undefined ? '' : nameOf(script)].some((each) => programs.includes(each))) return provider;
  }
  return undefined;
}

/** Processes may set their own name, with words behind it. */
const nameOf = (path: string) =>
  path
    .split(' ')[0]!
    .replace(/^.*\//, '')
    .replace(/\.(?:js|mjs|cjs|exe)$/, '');
