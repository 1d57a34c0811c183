/** Everything about a folder, for people. */
import type { Result } from '#protocol';
import { showProject } from './knowledge.js';
import type { Output } from './output.js';
import { showSessions } from './sessions.js';
import { clean, homely } from './text.js';

/** Where it lies, what is in it, what is known of its project, who works in it. */
export async function showContext(output: Output, context: Result<'folder/context'>, now: number): Promise<void> {
  const { folder, parentChain, children, projectMetadata, sessions, preferences } = context;
  const names = [...parentChain.toReversed(), folder].map(({ name }) => clean(name));
  output.data(`${output.colors.bold(names.join(' / '))}\n`);
  output.data(`starts in ${clean(homely(preferences.defaultWorkingDirectory))}\n`);
  const variables = Object.keys(preferences.environmentVars);
  if (variables.length > 0) output.data(`with ${clean(variables.join(', '))}\n`);
  for (const { name } of children) output.data(`└─ ${clean(name)}\n`);
  if (projectMetadata) await showProject(output, projectMetadata);
  if (sessions.length > 0) await showSessions(output, { sessions }, now);
}
