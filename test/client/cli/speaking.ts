/** A client of `rdv rpc --stdio` for tests: sends what it is told, byte for byte, and keeps what it hears. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createDecoder, frame } from '#protocol/frames';
import { type Environment, start } from './program.js';

export interface Said {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: any;
  readonly result?: any;
  readonly error?: { readonly code: number; readonly message: string; readonly data: { readonly code: string } };
}

export type Speaker = ReturnType<typeof speak>;

export const call = (id: number | string, method: string, params?: unknown) =>
  frame({ jsonrpc: '2.0', id, method, ...(params !== undefined && { params }) });

export function speak(home: string, args: readonly string[] = [], more: Environment = {}) {
  return listenTo(start(home, ['rpc', '--stdio', ...args], more));
}

/** Whatever is no frame on its stdout ends the test. */
function listenTo(child: ChildProcessWithoutNullStreams) {
  const heard: Said[] = [];
  const checks = new Set<() => void>();
  const decoder = createDecoder({ headerBytes: 1024, bodyBytes: 64 * 1024 * 1024 });
  let stderr = '';
  let over = false;
  const check = () => {
    for (const each of checks) each();
  };
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdout.on('data', (chunk: Buffer) => {
    for (const event of decoder.push(chunk)) {
      if (event.kind === 'error') throw event.error;
      heard.push(JSON.parse(event.body.toString()));
    }
    check();
  });
  // It may end while something is written to it.
  child.stdin.on('error', () => {});
  const closed = once(child, 'close').then(([code]) => {
    over = true;
    check();
    return { code: code as number | null, stderr, heard };
  });
  return {
    child,
    heard,
    /** With its exit code and what it said for people. */
    closed,
    say: (bytes: Buffer | string) => child.stdin.write(bytes),
    /** Says it, and ends the input. */
    end(bytes: Buffer | string = '') {
      child.stdin.end(bytes);
      return closed;
    },
    /** Resolves with the first message that fits; rejects when there is none before the end. */
    hears: (fits: (said: Said) => boolean): Promise<Said> =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = heard.find(fits);
          if (!found && !over) return;
          checks.delete(look);
          if (found) resolve(found);
          else reject(new Error(`Not heard: ${JSON.stringify(heard)}\n${stderr}`));
        };
        checks.add(look);
        look();
      }),
    /** Calls, and resolves with the answer. */
    async asks(id: number | string, method: string, params?: unknown): Promise<Said> {
      child.stdin.write(call(id, method, params));
      return this.hears((said) => said.id === id);
    },
  };
}
