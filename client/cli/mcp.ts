/** `rdv mcp`: sessions as tools, for agents that speak MCP. */
import type { Command } from 'commander';
import type { WithContext } from './context.js';
import { version } from './version.js';

export function addMcp(program: Command, withContext: WithContext): void {
  program
    .command('mcp')
    .description('Serves sessions, terminals and agents as tools of MCP, on stdin and stdout.')
    .action((_flags: object, command: Command) =>
      withContext(command, async ({ flags, daemonFile, autostart }) => {
        // Its library is larger than all the rest.
        const { serveStdio } = await import('../mcp/main.js');
        await serveStdio({ socket: flags.socket, daemonFile, autostart, version });
      }),
    );
}
