/** A client of MCP and our adapter, in one process, over a real daemon. */
import type { TestContext } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { connect } from '#client';
import { createLink, type Link } from '../../../client/mcp/link.js';
import { createMcpServer } from '../../../client/mcp/server.js';
import type { Tool } from '../../../client/mcp/tool.js';
import type { Daemon } from '../../support/daemon.js';

export interface Talk {
  readonly mcp: Client;
  readonly link: Link;
  /** Everything the server said unasked: what of, by method; the address where it has one. */
  readonly told: readonly string[];
  /** Resolves when so many of them came. */
  heard(what: string, count?: number): Promise<void>;
}

/** Without tools unless some are given. */
export async function talk(
  t: TestContext,
  daemon: Pick<Daemon, 'socket' | 'token'>,
  tools: readonly Tool[] = [],
): Promise<Talk> {
  const link = createLink(() => connect({ socketPath: daemon.socket, token: daemon.token }));
  const server = createMcpServer({ link, tools, version: '0' });
  const mcp = new Client({ name: 'test', version: '0' });
  const told: string[] = [];
  const waiting = new Set<() => void>();
  mcp.fallbackNotificationHandler = async ({ method, params }) => {
    told.push([method.replace('notifications/', ''), params?.uri].filter(Boolean).join(' '));
    for (const look of waiting) look();
  };
  const [near, far] = InMemoryTransport.createLinkedPair();
  await server.connect(far);
  await mcp.connect(near);
  t.after(async () => {
    await mcp.close();
    link.close();
  });
  return {
    mcp,
    link,
    told,
    heard: (what, count = 1) =>
      new Promise((resolve) => {
        const look = () => {
          if (told.filter((each) => each === what).length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}
