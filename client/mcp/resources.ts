/** Answers what clients of MCP ask of resources: which there are, what stands in them, and to be told when it changes. */
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { RpcError } from '#protocol/errors';
import { brief } from './compact.js';
import { contentOf } from './content.js';
import type { Link } from './link.js';
import { listResources } from './listed.js';
import { INTERNAL, INVALID_PARAMS, RESOURCE_NOT_FOUND, Refused } from './refused.js';
import { type Address, forms, parseUri, type ResourceKind } from './uri.js';
import { createWatching } from './watching.js';

export function serveResources(server: Server, link: Link): void {
  // A client that is gone need not be told anything.
  const tell = (told: Promise<void>) => void told.catch(() => {});
  const watching = createWatching(link, {
    updated: (uri) => tell(server.sendResourceUpdated({ uri })),
    listChanged: () => tell(server.sendResourceListChanged()),
  });
  server.setRequestHandler(ListResourcesRequestSchema, async ({ params }, { signal }) =>
    answering('', async () => {
      await watching.begin();
      return listResources(link, params?.cursor, signal);
    }),
  );
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: templates }));
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }, { signal }) =>
    answering(uri, async (address) => ({ contents: [{ uri, ...(await contentOf(link, address, signal)) }] })),
  );
  server.setRequestHandler(SubscribeRequestSchema, async ({ params: { uri } }, { signal }) =>
    answering(uri, async (address) => {
      await contentOf(link, address, signal);
      await watching.subscribe(address);
      return {};
    }),
  );
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params: { uri } }) =>
    answering(uri, async (address) => {
      watching.unsubscribe(address);
      return {};
    }),
  );
}

/** Throws Refused in the words of MCP, with the next step. */
async function answering<T>(uri: string, answer: (address: Address) => Promise<T>): Promise<T> {
  const address = uri === '' ? { kind: 'sessions' as const, id: '' } : parseUri(uri);
  if (!address) throw notFound(uri, `There is no resource ${brief(uri)}. Call resources/list for those there are.`);
  try {
    return await answer(address);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const { kind, message, data } = error;
    if (kind === 'NotFound') throw notFound(uri, `${message} ${nextStep[address.kind]}`);
    throw new Refused(kind === 'InvalidParams' ? INVALID_PARAMS : INTERNAL, message, { uri, code: data.code });
  }
}

const notFound = (uri: string, message: string) => new Refused(RESOURCE_NOT_FOUND, message, { uri });

const ofSessions = 'Read rdv://sessions or call session_list.';
const nextStep: Readonly<Record<ResourceKind, string>> = {
  sessions: ofSessions,
  session: ofSessions,
  output: ofSessions,
  folders: 'Call folder_list.',
  folder: 'Read rdv://folders or call folder_list.',
  preferences: 'Call resources/list.',
  insights: 'Call resources/list for the orchestrators there are.',
};

const json = 'application/json';
const templates = [
  {
    uriTemplate: forms.session,
    name: 'session',
    title: 'A session',
    description: 'All about one session: its program, directory, agent, health and how it ended.',
    mimeType: json,
  },
  {
    uriTemplate: forms.output,
    name: 'session-output',
    title: 'Output of a session',
    description: 'The last 200 lines of its terminal, at most 8 KiB; subscribe to be told when it prints.',
    mimeType: 'text/plain',
  },
  {
    uriTemplate: forms.folder,
    name: 'folder',
    title: 'A folder',
    description: 'One folder with its project, what holds in it, its children and its sessions.',
    mimeType: json,
  },
  {
    uriTemplate: forms.insights,
    name: 'orchestrator-insights',
    title: 'Insights of an orchestrator',
    description: 'What it noticed, the newest 50: stalls, errors, suggestions.',
    mimeType: json,
  },
];
