/** Hooks on the command line: what became of each agent's, and which are installed. */
import type { Result } from '#protocol';
import type { Output } from './output.js';
import { spoken } from './spoken.js';
import { clean, homely } from './text.js';

/** A line an agent; what went wrong is told on stderr. */
export function showHookChange(output: Output, { results }: Result<'hook/install' | 'hook/remove'>): void {
  for (const { provider, success, message, configPath } of results) {
    const where = configPath === undefined ? '' : ` (${homely(clean(configPath))})`;
    const line = `${clean(provider)}: ${spoken(clean(message))}${where}`;
    if (success) output.data(`${line}\n`);
    else output.note(`rdv: ${line}`);
  }
}

export function showHooks(output: Output, { hooks, message }: Result<'hook/status'>): void {
  for (const [agent, installed] of Object.entries(hooks ?? {}))
    output.data(`${agent.padEnd(10)}${installed ? 'installed' : 'not installed'}\n`);
  if (message !== undefined) output.note(spoken(clean(message)));
}
