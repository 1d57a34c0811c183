/** `rdv mcp config`: what a client of MCP needs to know to start `rdv mcp`, shown or written into its settings. */
import { realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { nearest } from '#protocol/nearest';
import { homeFolder } from '#protocol/paths';
import type { Context } from './context.js';
import { pathOn } from './directory.js';
import { failure } from './fail.js';
import { clientFile, type McpClient, mcpClients, type Start } from './mcp-clients.js';
import { removeEntry, SERVER, writeEntry } from './mcp-entry.js';
import { homely } from './text.js';

export interface ConfigFlags {
  readonly client?: string;
  readonly write?: boolean;
  readonly remove?: boolean;
  readonly directory?: string;
  readonly all?: boolean;
  readonly tools?: string;
  readonly readOnly?: boolean;
}

export function configure({ output, endpoint }: Pick<Context, 'output' | 'endpoint'>, flags: ConfigFlags): void {
  if (flags.write && flags.remove)
    throw failure('InvalidParams', '--write puts it in, --remove takes it out.', 'Give one of them.');
  const client = clientOf(flags.client);
  const place = clientFile(client, startOf(flags, endpoint), projectIn(flags.directory ?? '.'));
  const { file, field, entry } = place;
  const config = { [field]: { [SERVER]: entry } };
  const changed = flags.remove ? removeEntry(place) : flags.write ? writeEntry(place) : false;
  if (output.json) output.object({ client, file, changed, config });
  else tellOf(output, flags, { changed, name: homely(file), config });
}

function tellOf(
  output: Context['output'],
  { remove, write }: ConfigFlags,
  { changed, name, config }: { readonly changed: boolean; readonly name: string; readonly config: object },
): void {
  if (remove) output.note(changed ? `Removed from ${name}.` : `It is not in ${name}.`);
  else if (write) output.note(changed ? `Written to ${name}.` : `It stands in ${name} already.`);
  else {
    output.data(`${JSON.stringify(config, undefined, 2)}\n`);
    output.note(`It belongs into ${name}; --write puts it there.`);
  }
}

function clientOf(given = ''): McpClient {
  const found = mcpClients.find((client) => client === given);
  if (found) return found;
  const near = nearest(mcpClients, given);
  const cure =
    near === undefined
      ? `Give one of ${mcpClients.join(', ')}: \`--client ${mcpClients[0]}\`.`
      : `Did you mean ${near}?`;
  throw failure('InvalidParams', given === '' ? 'Which client is not said.' : `There is no client "${given}".`, cure);
}

/** One that is only misspelt is not made. */
function projectIn(given: string): string {
  const path = pathOn(undefined, given);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  throw failure('InvalidParams', `There is no directory ${path}.`, 'Name that of the project: `-C ~/src/app`.');
}

/** By absolute paths: a client starts it anywhere, often without a PATH. */
function startOf({ all, tools, readOnly }: ConfigFlags, { foreign, socketPath }: Context['endpoint']): Start {
  const folder = resolve(homeFolder(process.env, homedir()));
  const isUsual = folder === resolve(homeFolder({}, homedir()));
  return {
    command: process.execPath,
    args: [
      realpathSync(process.argv[1]!),
      'mcp',
      ...(foreign ? ['--socket', resolve(socketPath)] : []),
      ...(all ? ['--all'] : []),
      ...(tools === undefined ? [] : ['--tools', tools]),
      ...(readOnly ? ['--read-only'] : []),
    ],
    ...(!isUsual && { env: { REMOTE_DEV_DIR: folder } }),
  };
}
