/** `rdv mcp`: sessions as tools, for agents that speak MCP; `rdv mcp config` makes a client start it. */
import type { Command } from 'commander';
import { answering } from './answer.js';
import type { WithContext } from './context.js';
import { inShell } from './fail.js';
import type { ConfigFlags } from './mcp-config.js';
import { version } from './version.js';

interface McpFlags {
  readonly all?: boolean;
  readonly tools?: string;
  readonly readOnly?: boolean;
}

export function addMcp(program: Command, withContext: WithContext): void {
  const mcp = withChoice(
    answering(program.command('mcp'), 'nothing').description(
      'Serves sessions, terminals and agents as tools of MCP, on stdin and stdout.',
    ),
  ).action(({ all, tools, readOnly }: McpFlags, command: Command) =>
    withContext(command, async ({ endpoint, daemonFile, autostart, isOneOfMany, output }) => {
      if (isOneOfMany) throw inShell('mcp');
      // Its library is larger than all the rest.
      const { serveStdio } = await import('../mcp/main.js');
      const choice = { all, readOnly, tools: tools?.split(/[\s,]+/).filter(Boolean) };
      output.exit(await serveStdio({ ...choice, socket: endpoint.socketPath, daemonFile, autostart, version }));
    }),
  );
  withChoice(
    answering(mcp.command('config'), 'McpConfig')
      .description('Shows what makes a client of MCP start `rdv mcp`, or writes it into its settings.')
      .option('--client <name>', 'claude-code, claude-desktop, cursor, vscode or gemini')
      .option('--write', 'put it into the settings; everything else there stays as it is')
      .option('--remove', 'take it out again')
      .option('-C, --directory <dir>', 'the project it is for, with clients that have settings of a project'),
  )
    .addHelpText('after', '\nExample:\n  rdv mcp config --client claude-code --write')
    .action((flags: ConfigFlags, command: Command) =>
      withContext(command, async (context) => (await import('./mcp-config.js')).configure(context, flags)),
    );
}

function withChoice(command: Command): Command {
  return command
    .option('--all', 'every method there is for MCP, besides the sixteen tools')
    .option('--tools <names>', 'only these, comma-separated: `session_list,terminal_read`')
    .option('--read-only', 'only tools that change nothing');
}
