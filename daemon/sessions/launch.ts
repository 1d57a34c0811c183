/** What a session is started with: what the caller says, else what the preferences say. Pure. */
import { DISABLED, type Parsed, type Preferences, RpcError } from '#protocol';
import { agentLine } from './agent.js';

export interface SessionLaunch {
  readonly directory: string;
  readonly argv: readonly string[];
  /** On top of what every program starts with. */
  readonly environment: Readonly<Record<string, string>>;
  readonly historyLimit: number;
  /** What is typed into the shell; empty for nothing. */
  readonly startupCommand: string;
}

type Wanted = Pick<
  Partial<Parsed<'session/create'>>,
  | 'projectPath'
  | 'command'
  | 'environment'
  | 'historyLimit'
  | 'startupCommand'
  | 'agentProvider'
  | 'autoLaunchAgent'
  | 'agentFlags'
>;

/** What is typed is for a shell: where a command is given there is none. Throws as `agentLine`. */
export function launchOf(wanted: Wanted, preferences: Preferences): SessionLaunch {
  const environment = { ...preferences.environmentVars, ...wanted.environment };
  return {
    directory: wanted.projectPath ?? preferences.defaultWorkingDirectory,
    argv: wanted.command ?? [preferences.defaultShell, '-l'],
    environment: Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== DISABLED)),
    historyLimit: wanted.historyLimit ?? preferences.tmuxHistoryLimit,
    startupCommand: typed(wanted, preferences),
  };
}

function typed(wanted: Wanted, preferences: Preferences): string {
  const { command, agentProvider: provider = 'none', autoLaunchAgent, agentFlags } = wanted;
  const launched = autoLaunchAgent && provider !== 'none';
  if (command && launched) throw notTyped();
  const own = command ? '' : (wanted.startupCommand ?? preferences.startupCommand);
  if (!launched) return own;
  return behind(own, agentLine(provider, agentFlags));
}

/** A command that ends in a line feed, or in an operator, is followed as a shell reads it: `;` says less than `&&`. */
function behind(command: string, agent: string): string {
  const own = command
    .trimEnd()
    .replace(/(?<![;\\]);$/, '')
    .trimEnd();
  if (own === '') return agent;
  return /(?<!\\)[&|]$/.test(own) ? `${own} ${agent}` : `${own} && ${agent}`;
}

function notTyped(): RpcError {
  const said = 'An agent is launched by a shell. Leave out `command`, or make the agent the command.';
  return new RpcError('InvalidParams', said);
}
