/** `rdv mcp`: sessions as tools, for agents that speak MCP. */
import type { Command } from 'commander';
import type { WithContext } from './context.js';
import { version } from './version.js';

interface McpFlags {
  readonly all?: boolean;
  readonly tools?: string;
  readonly readOnly?: boolean;
}

export function addMcp(program: Command, withContext: WithContext): void {
  program
    .command('mcp')
    .description('Serves sessions, terminals and agents as tools of MCP, on stdin and stdout.')
    .option('--all', 'every method there is for MCP, besides the sixteen tools')
    .option('--tools <names>', 'only these, comma-separated: `session_list,terminal_read`')
    .option('--read-only', 'only tools that change nothing')
    .action(({ all, tools, readOnly }: McpFlags, command: Command) =>
      withContext(command, async ({ endpoint, daemonFile, autostart }) => {
        // Its library is larger than all the rest.
        const { serveStdio } = await import('../mcp/main.js');
        const choice = { all, readOnly, tools: tools?.split(',').filter(Boolean) };
        process.exitCode = await serveStdio({ ...choice, socket: endpoint.socketPath, daemonFile, autostart, version });
      }),
    );
}
