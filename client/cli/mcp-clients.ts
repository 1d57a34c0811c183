/** Where clients of MCP keep which servers they start, and in which words. */
import { homedir } from 'node:os';
import { join } from 'node:path';

export const mcpClients = ['claude-code', 'claude-desktop', 'cursor', 'vscode', 'gemini'] as const;
export type McpClient = (typeof mcpClients)[number];

export interface Start {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface ClientFile {
  /** Absolute. */
  readonly file: string;
  /** The field that holds the servers by name. */
  readonly field: string;
  readonly entry: Start & { readonly type?: 'stdio' };
}

/** Of the project in this directory, where the client has such a file; else of the person. */
export function clientFile(client: McpClient, start: Start, directory: string): ClientFile {
  const servers = { field: 'mcpServers', entry: start };
  switch (client) {
    case 'claude-code':
      return { file: join(directory, '.mcp.json'), ...servers };
    case 'claude-desktop':
      return { file: join(settingsFolder(), 'Claude', 'claude_desktop_config.json'), ...servers };
    case 'cursor':
      return { file: join(directory, '.cursor', 'mcp.json'), ...servers };
    case 'gemini':
      return { file: join(directory, '.gemini', 'settings.json'), ...servers };
    case 'vscode':
      return { file: join(directory, '.vscode', 'mcp.json'), field: 'servers', entry: { type: 'stdio', ...start } };
  }
}

function settingsFolder(): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
  return process.env.XDG_CONFIG_HOME || join(homedir(), '.config');
}
