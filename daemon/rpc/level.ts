/** How loudly a request is logged: by what became of it. */
import { type Method, methods } from '#protocol';

const SLOW_MS = 1000;

/**
 * `error` for a bug of ours, `warn` for what took too long, `info` for what changed something, `debug` for the rest: also
 * for keys typed and output read, of which there are too many to write each down.
 */
export function levelOf(name: string, ms: number, code: string | undefined): 'debug' | 'info' | 'warn' | 'error' {
  if (code === 'Internal') return 'error';
  const method: Method | undefined = Object.hasOwn(methods, name) ? methods[name as keyof typeof methods] : undefined;
  const streams = name.startsWith('terminal/');
  if (ms >= SLOW_MS && !streams && !(method && waits(method))) return 'warn';
  return method && method.effect !== 'read' && !streams ? 'info' : 'debug';
}

/** Whoever may say how long it may take expects it to. */
const waits = ({ params }: Method) => 'timeoutMs' in params.shape;
