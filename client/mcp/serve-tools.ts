/** Answers `tools/list` and `tools/call`. */
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  type ListToolsResult,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import { RpcError } from '#protocol/errors';
import type { Link } from './link.js';
import type { Calling, Tool } from './tool.js';

export function serveTools(server: Server, link: Link, tools: readonly Tool[]): void {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const listed = tools.map(({ run: _, ...shown }) => shown) as ListToolsResult['tools'];
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listed }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const tool = byName.get(params.name);
    if (!tool) throw new McpError(ErrorCode.InvalidParams, `There is no tool ${params.name}.`);
    const { progressToken } = extra._meta ?? {};
    const calling: Calling = {
      link,
      signal: extra.signal,
      progress(progress) {
        if (progressToken === undefined || extra.signal.aborted) return;
        const told = { method: 'notifications/progress', params: { progressToken, ...progress } } as const;
        // A client that is gone needs no progress.
        extra.sendNotification(told).catch(() => {});
      },
      confirm: async () => undefined,
    };
    return call(tool, params.arguments ?? {}, calling);
  });
}

async function call(tool: Tool, args: Readonly<Record<string, unknown>>, calling: Calling): Promise<CallToolResult> {
  try {
    const { structured, text = JSON.stringify(structured) } = await tool.run(args, calling);
    return { structuredContent: structured, content: [{ type: 'text', text }] };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return { isError: true, content: [{ type: 'text', text: error.message }] };
  }
}
