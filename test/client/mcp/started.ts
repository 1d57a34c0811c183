/** The real `rdv mcp` as a client of MCP starts it, and what a model reads of its answers. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { type CallToolResult, ElicitRequestSchema, type ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { program } from '../cli/program.js';

export interface StartOptions {
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What the person answers; without it the client cannot ask. */
  readonly answer?: (question: string) => ElicitResult;
}

export interface Started {
  readonly mcp: Client;
  readonly pid: number;
  /** What it wrote to stderr so far. */
  readonly stderr: string;
  call(name: string, args?: object, options?: CallOptions): Promise<Told>;
  close(): Promise<void>;
}

type CallOptions = NonNullable<Parameters<Client['callTool']>[2]>;

export interface Told {
  readonly text: string;
  /** Checked against the schema by the client. */
  readonly structured: any;
  readonly isError: boolean;
  readonly bytes: number;
}

export async function startMcp(
  home: string,
  { args = [], environment = {}, answer }: StartOptions = {},
): Promise<Started> {
  const { PATH = '', HOME = '/', TMUX_TMPDIR } = process.env;
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [program, 'mcp', ...args],
    env: { PATH, HOME, REMOTE_DEV_DIR: home, ...(TMUX_TMPDIR && { TMUX_TMPDIR }), ...environment },
    cwd: home,
    stderr: 'pipe',
  });
  let stderr = '';
  transport.stderr!.on('data', (data) => {
    stderr += data;
  });
  const mcp = new Client({ name: 'test', version: '0' }, { capabilities: answer ? { elicitation: {} } : {} });
  if (answer) mcp.setRequestHandler(ElicitRequestSchema, ({ params }) => answer(params.message));
  await mcp.connect(transport);
  // From now on the client checks what is answered.
  await mcp.listTools();
  return {
    mcp,
    pid: transport.pid!,
    get stderr() {
      return stderr;
    },
    async call(name, given = {}, options) {
      const result = (await mcp.callTool({ name, arguments: { ...given } }, undefined, options)) as CallToolResult;
      const [first] = result.content;
      return {
        text: first?.type === 'text' ? first.text : '',
        structured: result.structuredContent,
        isError: result.isError === true,
        bytes: Buffer.byteLength(JSON.stringify(result)),
      };
    },
    close: () => mcp.close(),
  };
}
