/** Answers `completion/complete`: ids in the addresses of resources, and arguments of prompts. */
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CompleteRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { AgentProvider } from '#protocol';
import { RpcError } from '#protocol/errors';
import { brief } from './compact.js';
import type { Link } from './link.js';
import { type PromptArgument, prompts } from './prompt-texts.js';
import { INVALID_PARAMS, Refused } from './refused.js';
import { forms, type ResourceKind } from './uri.js';

/** As many as an answer may have. */
const MOST = 100;
const SESSIONS = 1000;

type Source = (link: Link, signal: AbortSignal) => Promise<readonly string[]>;

export function serveCompletions(server: Server, link: Link): void {
  server.setRequestHandler(CompleteRequestSchema, async ({ params: { ref, argument } }, { signal }) => {
    const source = ref.type === 'ref/prompt' ? ofPrompt(ref.name, argument.name) : ofUri(ref.uri, argument.name);
    const begun = argument.value.toLowerCase();
    // Nobody is told why there is nothing to choose from: he types on.
    const all = await source(link, signal).catch((error) => {
      if (error instanceof RpcError) return [];
      throw error;
    });
    const fitting = [...new Set(all)].filter((each) => each.toLowerCase().startsWith(begun));
    return { completion: { values: fitting.slice(0, MOST), total: fitting.length, hasMore: fitting.length > MOST } };
  });
}

function ofPrompt(name: string, argument: string): Source {
  const found = prompts.find((each) => each.name === name)?.args.find((each) => each.name === argument);
  if (found) return ofArgument[found.kind];
  throw new Refused(INVALID_PARAMS, `There is no prompt ${brief(name)} with an argument ${brief(argument)}.`);
}

function ofUri(uri: string, argument: string): Source {
  const kind = (Object.keys(forms) as ResourceKind[]).find((each) => forms[each] === uri);
  const source = kind && argument === 'id' ? ofResource[kind] : undefined;
  if (source) return source;
  throw new Refused(INVALID_PARAMS, `There is no resource template ${brief(uri)} with a part ${brief(argument)}.`);
}

const sessions: Source = async (link, signal) =>
  (await link.call('session/list', { limit: SESSIONS }, { signal })).sessions.map(({ id }) => id);
const folders: Source = async (link, signal) =>
  (await link.call('folder/list', {}, { signal })).folders.map(({ id }) => id);
const orchestrators: Source = async (link, signal) =>
  (await link.call('orchestrator/list', {}, { signal })).orchestrators.map(({ id }) => id);

const ofResource: Readonly<Partial<Record<ResourceKind, Source>>> = {
  session: sessions,
  output: sessions,
  folder: folders,
  insights: orchestrators,
};

const ofArgument: Readonly<Record<PromptArgument['kind'], Source>> = {
  text: async () => [],
  agent: async () => AgentProvider.options,
  async session(link, signal) {
    const { sessions: all } = await link.call('session/list', { limit: SESSIONS }, { signal });
    return [...all.map(({ name }) => brief(name)), ...all.map(({ id }) => id)];
  },
  async folder(link, signal) {
    const { folders: all } = await link.call('folder/list', {}, { signal });
    return [...all.map(({ name }) => brief(name)), ...all.map(({ id }) => id)];
  },
  async directory(link, signal) {
    const { folders: all } = await link.call('folder/list', {}, { signal });
    const { sessions: open } = await link.call('session/list', { limit: SESSIONS }, { signal });
    return [...all.flatMap(({ path }) => path ?? []), ...open.map(({ projectPath }) => projectPath)].map((each) =>
      brief(each),
    );
  },
};
