/** A page's stream of events, read raw: each block as it came. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import type { TestContext } from 'node:test';
import type { BridgeProcess } from './bridged.js';

export interface Told {
  readonly id: number;
  readonly event: string;
  readonly data: any;
}

export interface Page {
  readonly response: IncomingMessage;
  /** Events, and `resync`, in the order they came. */
  readonly told: readonly Told[];
  /** The newest id, also of a block without an event. */
  readonly lastId: number | undefined;
  readonly text: string;
  /** Resolves when what came fits. */
  until(fits: (page: Page) => boolean): Promise<Page>;
  /** Resolves when the other side has ended the stream. */
  readonly ended: Promise<void>;
  leave(): void;
}

export interface PageOptions {
  readonly socketPath: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly path?: string;
}

/** Must be let in. */
export async function openPage(t: TestContext, { socketPath, headers, path }: PageOptions): Promise<Page> {
  const asked = request({
    socketPath,
    path: path ?? '/api/events',
    agent: false,
    headers: { host: 'localhost', ...headers },
  });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  assert.equal(response.statusCode, 200);
  const told: Told[] = [];
  const waiting = new Set<() => void>();
  let text = '';
  let taken = 0;
  let lastId: number | undefined;
  response.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    for (let end = text.indexOf('\n\n', taken); end >= 0; end = text.indexOf('\n\n', taken)) {
      const lines = text.slice(taken, end).split('\n');
      taken = end + 2;
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      if (field('id') !== undefined) lastId = Number(field('id'));
      if (field('data') !== undefined) {
        told.push({ id: lastId!, event: field('event')!, data: JSON.parse(field('data')!) });
      }
    }
    for (const look of waiting) look();
  });
  // A bridge that ends closes its connections, which is the end too.
  response.on('error', () => {});
  const ended = new Promise<void>((resolve) => response.once('close', resolve));
  t.after(() => response.destroy());
  const page: Page = {
    response,
    told,
    ended,
    get lastId() {
      return lastId;
    },
    get text() {
      return text;
    },
    until: (fits) =>
      new Promise((resolve) => {
        const look = () => {
          if (!fits(page)) return;
          waiting.delete(look);
          resolve(page);
        };
        waiting.add(look);
        look();
      }),
    leave: () => void response.destroy(),
  };
  return page;
}

/** What the front end sends for a user. */
export function frontEnd({ paths }: BridgeProcess, user = 'ann'): Record<string, string> {
  const token = readFileSync(paths.serviceToken, 'utf8').trim();
  return { 'x-rdv-service-token': token, 'x-rdv-user-id': user };
}

export interface PageOf {
  readonly user?: string;
  readonly query?: string;
  /** Goes on from there. */
  readonly last?: number;
}

/** By the front end, for a user. */
export function pageOf(t: TestContext, bridge: BridgeProcess, { user, query = '', last }: PageOf = {}): Promise<Page> {
  const from = last === undefined ? {} : { 'last-event-id': String(last) };
  const headers = { ...frontEnd(bridge, user), ...from };
  return openPage(t, { socketPath: bridge.paths.bridgeSocket, headers, path: `/api/events${query}` });
}

export const makeFolder = (bridge: BridgeProcess, name: string, user = 'ann') =>
  bridge.as(user)('POST', '/api/folders', { name });

/** Of the folders a page was told of. */
export const folderNames = ({ told }: Page) => told.map(({ data }) => data.folder?.name ?? data);
