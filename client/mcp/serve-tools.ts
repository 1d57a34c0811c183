/** Answers `tools/list` and `tools/call`. */
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  type CallToolResult,
  ElicitResultSchema,
  ListToolsRequestSchema,
  type ListToolsResult,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import { RpcError } from '#protocol/errors';
import { tameLines } from '../clean.js';
import { failure } from '../failure.js';
import { readArguments } from './arguments.js';
import { brief } from './compact.js';
import { toldOf } from './failure.js';
import type { Link } from './link.js';
import { INVALID_PARAMS, Refused } from './refused.js';
import type { Calling, Place, Tool } from './tool.js';

type Served = (tool: string) => boolean;
type Extra = Parameters<Parameters<typeof Server.prototype.setRequestHandler>[1]>[1];

export function serveTools(server: Server, link: Link, tools: readonly Tool[], place: Place = {}): void {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const listed = tools.map(({ run: _, ...shown }) => shown) as ListToolsResult['tools'];
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listed }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const tool = byName.get(params.name);
    if (!tool)
      throw new Refused(
        INVALID_PARAMS,
        `There is no tool ${brief(params.name, 80)}. Call tools/list for those there are.`,
      );
    const calling: Calling = {
      ...place,
      link,
      signal: extra.signal,
      progress: progressOf(extra),
      confirm: (question) => ask(server, extra, question),
    };
    return call(tool, params.arguments ?? {}, calling, (name) => byName.has(name));
  });
}

function progressOf({ _meta, signal, sendNotification }: Extra): Calling['progress'] {
  const { progressToken } = _meta ?? {};
  let last = -1;
  return (progress) => {
    // It has to grow.
    if (progressToken === undefined || signal.aborted || progress.progress <= last) return;
    last = progress.progress;
    const told = { method: 'notifications/progress', params: { progressToken, ...progress } } as const;
    // A client that is gone needs no progress.
    sendNotification(told).catch(() => {});
  };
}

/** A person takes his time. */
const ASK_MS = 600_000;

async function ask(server: Server, { signal, sendRequest }: Extra, question: string): Promise<boolean | undefined> {
  if (!server.getClientCapabilities()?.elicitation?.form) return undefined;
  const requestedSchema = {
    type: 'object',
    properties: { confirm: { type: 'boolean', title: 'Go on', default: true } },
  } as const;
  try {
    const request = {
      method: 'elicitation/create',
      params: { mode: 'form', message: question, requestedSchema },
    } as const;
    const { action, content } = await sendRequest(request, ElicitResultSchema, { signal, timeout: ASK_MS });
    // A client without a form may leave it out; all else that is not true is no yes.
    return action === 'accept' && (content?.confirm ?? true) === true;
  } catch (error) {
    if (signal.aborted) throw new RpcError('Cancelled', 'The call was cancelled; nothing was done.');
    const why = error instanceof McpError ? error.message : 'the answer was none';
    throw failure('Cancelled', `The person could not be asked: ${why}. Nothing was done.`, 'Ask them yourself.');
  }
}

async function call(
  tool: Tool,
  given: Readonly<Record<string, unknown>>,
  calling: Calling,
  served: Served,
): Promise<CallToolResult> {
  try {
    const args = readArguments(tool.name, tool.inputSchema, given);
    const answer = await tool.run(args, calling);
    const structured = tamed(answer.structured);
    return {
      structuredContent: structured,
      content: [{ type: 'text', text: tameLines(answer.text ?? JSON.stringify(structured)) }],
    };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return { isError: true, content: [{ type: 'text', text: toldOf(error, served) }] };
  }
}

/** Nothing a terminal printed reaches the client with what drives terminals in it. */
function tamed<T>(value: T): T {
  if (typeof value === 'string') return tameLines(value) as T;
  if (Array.isArray(value)) return value.map(tamed) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, tamed(each)])) as T;
}
