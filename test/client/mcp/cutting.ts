/** A way to the daemon that can be cut at one call: before the daemon hears of it, or when it has answered. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { limits, type MethodName } from '#protocol';
import { createDecoder, frameJson } from '#protocol/frames';
import type { Daemon } from '../../support/daemon.js';

export interface Cutting {
  readonly socketPath: string;
  /** The next call of this method; later ones pass. */
  cut(method: MethodName, when: Cut): void;
}

/** `unheard`: the daemon never gets the call. `done`: it has done it, and its answer is lost. */
export type Cut = 'unheard' | 'done';

export async function openCutting(t: TestContext, daemon: Daemon): Promise<Cutting> {
  const socketPath = join(daemon.home, 'cut.sock');
  let wanted: { readonly method: MethodName; readonly when: Cut } | undefined;
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(daemon.socket);
    let lastId: unknown;
    const end = () => {
      for (const socket of [near, far]) socket.destroy();
    };
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', end).on('close', () => {
        open.delete(socket);
        end();
      });
    }
    each(near, (body) => {
      const { id, method } = JSON.parse(String(body));
      if (wanted?.method !== method) return void far.write(frameJson(body));
      const { when } = wanted!;
      wanted = undefined;
      if (when === 'unheard') return end();
      lastId = id;
      far.write(frameJson(body));
    });
    each(far, (body) => {
      if (lastId !== undefined && JSON.parse(String(body)).id === lastId) end();
      else near.write(frameJson(body));
    });
  }).listen(socketPath);
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return {
    socketPath,
    cut: (method, when) => {
      wanted = { method, when };
    },
  };
}

function each(socket: Socket, take: (body: Buffer) => void): void {
  const decoder = createDecoder(limits);
  socket.on('data', (chunk: Buffer) => {
    for (const event of decoder.push(chunk)) if (event.kind === 'body') take(event.body);
  });
}
