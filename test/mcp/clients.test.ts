/** The clients of MCP in use, each against both of our servers: the library of today, that of tomorrow, and plain Python. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { Client as NextClient, StreamableHTTPClientTransport as NextHttp } from '@modelcontextprotocol/client';
import { StdioClientTransport as NextStdio } from '@modelcontextprotocol/client/stdio';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { bridged } from '../support/bridged.js';
import { root } from '../support/documents.js';
import { bearer, connected, overHttp } from '../support/mcp.js';

const hasPython = spawnSync('python3', ['--version']).status === 0;
const program = [process.execPath, join(root, 'dist/rdv.cjs'), 'mcp'] as const;

/** What all of them are asked to do. */
interface Client {
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<any>;
  listResources(): Promise<{ resources: { uri: string }[] }>;
  readResource(params: { uri: string }): Promise<any>;
  listPrompts(): Promise<{ prompts: { name: string }[] }>;
  getPrompt(params: { name: string; arguments: Record<string, string> }): Promise<any>;
}

async function check(mcp: Client, id: string): Promise<void> {
  const { tools } = await mcp.listTools();
  assert.equal(tools.length, 16);
  const { structuredContent, isError } = await mcp.callTool({ name: 'session_list', arguments: {} });
  assert.ok(!isError && structuredContent.sessions[0].name === 'größer');
  const missing = await mcp.callTool({ name: 'session_get', arguments: { session: 'nothing' } });
  assert.ok(missing.isError && /session_list/.test(missing.content[0].text));
  assert.ok((await mcp.listResources()).resources.some(({ uri }) => uri === `rdv://sessions/${id}/output`));
  const { contents } = await mcp.readResource({ uri: `rdv://sessions/${id}` });
  assert.equal(JSON.parse(contents[0].text).name, 'größer');
  assert.equal((await mcp.listPrompts()).prompts.length, 7);
  const { messages } = await mcp.getPrompt({ name: 'debug_session', arguments: { session: 'größer' } });
  assert.match(messages[0].content.text, /größer/);
}

test('clients of MCP', async (t: TestContext) => {
  const { daemon, client, bridge } = await bridged(t, { config: '[bridge]\ntcp = true\nport = 0\n' });
  const { id } = await client.call('session/create', { name: 'größer', command: ['cat'], projectPath: '/tmp' });
  const [command, ...args] = program;
  const env = { PATH: process.env.PATH!, REMOTE_DEV_DIR: daemon.home };
  const url = `http://127.0.0.1:${bridge.port}/mcp`;
  const next = async (transport: NextHttp | NextStdio) => {
    const mcp = new NextClient({ name: 'test', version: '0' });
    await mcp.connect(transport);
    t.after(() => mcp.close());
    return mcp;
  };

  await t.test('the library of version 1, over stdio and HTTP', async () => {
    for (const transport of [new StdioClientTransport({ command, args, env }), overHttp(bridge, daemon.token)]) {
      const mcp = await connected(t, transport);
      await check(mcp as unknown as Client, id);
      await mcp.close();
    }
  });

  await t.test('the library of version 2, over stdio and HTTP', async () => {
    const requestInit = { headers: bearer(daemon.token) };
    for (const transport of [new NextStdio({ command, args, env }), new NextHttp(new URL(url), { requestInit })]) {
      const mcp = await next(transport);
      await check(mcp as unknown as Client, id);
      await mcp.close();
    }
  });

  await t.test('Python, over stdio and HTTP', { skip: !hasPython && 'python3 is not installed' }, async () => {
    const file = join(root, 'test/mcp/client.py');
    for (const how of [
      ['stdio', ...program],
      ['http', url],
    ]) {
      const { stdout } = await promisify(execFile)('python3', [file, ...how], { env: { ...env, TOKEN: daemon.token } });
      const { results, end } = JSON.parse(stdout);
      const [hello, tools, called, read, prompt] = results;
      assert.deepEqual([hello.protocolVersion, hello.serverInfo.name, end], ['2025-11-25', 'rdv', 0]);
      assert.equal(tools.tools.length, 16);
      assert.equal(called.structuredContent.sessions[0].name, 'größer');
      assert.equal(JSON.parse(read.contents[0].text).sessions[0].id, id);
      assert.match(prompt.messages[0].content.text, /> größer/);
    }
  });
  await client.call('session/close', { id });
});
