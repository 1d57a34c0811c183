/** `rdv config`: what holds, where the file is, and whether it may stand as it is. */
import type { Command } from 'commander';
import type { Result, Setting } from '#protocol';
import { errors, RpcError } from '#protocol/errors';
import { readSettings } from '../settings.js';
import type { Context, WithContext } from './context.js';
import { adderTo } from './group.js';
import { groupOf } from './methods.js';
import type { Output } from './output.js';
import { clean, cleanLines, homely } from './text.js';

type Report = Result<'config/get'>;

export function addConfigCommands(program: Command, withContext: WithContext): void {
  const group = groupOf(program, 'config').description('Shows and checks the configuration.');
  const add = adderTo(group, withContext);
  add('show', 'config/get', 'Prints every setting with what it does, as a file that could be used.', show);
  add('path', 'ConfigPath', 'Prints where the file is, or would be.', async ({ endpoint, output }) => {
    const { config } = endpoint.paths;
    if (output.json) output.object({ path: config });
    else output.data(`${cleanLines(config)}\n`);
  });
  add('check', 'ConfigCheck', 'Tells every mistake in the file; exits with 2 when there is one.', check);
}

async function show(context: Context): Promise<void> {
  const { output } = context;
  const report = (await askDaemon(context)) ?? (await readSettings(context.daemonFile, context.endpoint.paths));
  if (output.json) return output.object(report);
  output.data(formatSettings(report, output));
  for (const line of [...report.problems, ...report.warnings]) output.note(clean(line));
}

/** Undefined when none runs: the file alone tells then. */
async function askDaemon({ callIfRunning, endpoint }: Context): Promise<Report | undefined> {
  try {
    return await callIfRunning('config/get', {});
  } catch (error) {
    if (error instanceof RpcError && !endpoint.foreign && isAway(error)) return undefined;
    throw error;
  }
}

/** Before the first start there is no token either. */
const isAway = ({ kind, data }: RpcError) =>
  kind === 'Unavailable' || (kind === 'Unauthorized' && data.code === 'ENOENT');

async function check({ daemonFile, endpoint, output }: Context): Promise<void> {
  const { path, exists, problems, warnings } = await readSettings(daemonFile, endpoint.paths);
  if (problems.length > 0) output.exit(errors.InvalidParams.exit);
  if (output.json) return output.object({ path, exists, problems, warnings });
  for (const line of problems) output.data(`${clean(line)}\n`);
  for (const line of warnings) output.data(`${clean(line)}\n`);
  if (problems.length + warnings.length > 0) return;
  output.note(
    exists ? `${clean(homely(path))} is as it should be.` : `There is no ${clean(homely(path))}; the defaults hold.`,
  );
}

export function showReloaded(output: Output, { changed, pending, warnings }: Result<'config/reload'>): void {
  for (const line of warnings) output.note(clean(line));
  if (changed.length > 0) output.note(`Holds from now on: ${changed.join(', ')}.`);
  if (pending.length > 0) output.note(`Waits for a restart of the daemon: ${pending.join(', ')}.`);
  if (changed.length + pending.length === 0) output.note('Nothing has changed.');
}

/** As TOML: a line a setting, what it does above it, who said so behind it. */
function formatSettings({ path, settings }: Report, { colors }: Output): string {
  const lines = [colors.dim(`# ${clean(homely(path))}`)];
  const home = path.slice(0, path.lastIndexOf('/') + 1);
  let table = '';
  for (const setting of settings) {
    const [name = '', key = ''] = setting.key.split('.');
    if (name !== table) lines.push('', colors.bold(`[${name}]`));
    table = name;
    lines.push(colors.dim(`# ${setting.says}`));
    const pair = `${key} = ${toToml(setting.value, setting, home)}`;
    lines.push(`${setting.source === 'default' ? pair : colors.bold(pair)}  ${colors.dim(`# ${sayer(setting)}`)}`);
    if (setting.pending === null) continue;
    const waiting = `# the file says ${toToml(setting.pending, setting, home)}: ${setting.live ? 'rdv config reload' : 'rdv daemon stop, then rdv daemon start'}`;
    lines.push(colors.yellow(waiting));
  }
  return `${lines.join('\n')}\n`;
}

function sayer({ source, place, value, default: preset, type }: Setting): string {
  if (source === 'default') return 'default';
  const who = source === 'environment' ? String(place) : `config.toml:${place}`;
  const differs = JSON.stringify(value) !== JSON.stringify(preset) && type !== 'path';
  return differs ? `${who}, default ${toToml(preset, { type }, '')}` : who;
}

/** What lies in the data folder is told from there, so that it moves with the folder. */
function toToml(value: Setting['value'], { type }: Pick<Setting, 'type'>, home: string): string {
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`;
  if (typeof value !== 'string') return String(value);
  return text(type === 'path' && value.startsWith(home) ? value.slice(home.length) : value);
}

/** The escapes of JSON are those of TOML. */
const text = (value: string) =>
  JSON.stringify(value).replace(/[\x7f-\x9f]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
