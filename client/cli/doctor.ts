/** `rdv doctor`: has everything looked at that the daemon needs, and tells what is wrong and what to type. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Checked, Diagnosis } from '#protocol/diagnosis';
import { type ErrorKind, RpcError } from '#protocol/errors';
import { answering } from './answer.js';
import type { Context, WithContext } from './context.js';
import { failure } from './fail.js';
import { showDiagnosis } from './findings.js';

const HEALTH_MS = 3000;
/** Every check has a bound of its own; twice, with what is put right in between. */
const DOCTOR_MS = 45_000;

interface DoctorFlags {
  readonly fix?: boolean;
  readonly verbose?: boolean;
}

export function addDoctor(program: Command, withContext: WithContext): void {
  answering(program.command('doctor'), 'Diagnosis')
    .description('Looks at all that rdv needs, with a cure for what is wrong.')
    .option('--fix', 'put right what is safe, then look again')
    .option('--verbose', 'also what is well')
    .addHelpText(
      'after',
      '\nIt ends with 0 when nothing is worse than a note, else with 1. No session, worktree or other work is ever touched.',
    )
    .action((flags: DoctorFlags, command: Command) => withContext(command, (context) => doctor(context, flags)));
}

async function doctor(context: Context, { fix = false, verbose = false }: DoctorFlags): Promise<void> {
  const examined = await examine(context, fix);
  const checks = [await askDaemon(context, examined), ...examined.checks];
  const healthy = checks.every(({ level }) => level === 'ok' || level === 'note');
  const diagnosis: Diagnosis = { ...examined, healthy, checks };
  context.output.exit(healthy ? 0 : 1);
  if (context.output.json) context.output.object(diagnosis);
  else await showDiagnosis(context.output, diagnosis, verbose);
}

/** In a process of the daemon's own program: only that knows tmux, git and the database. */
async function examine({ daemonFile, endpoint, signal }: Context, fix: boolean): Promise<Diagnosis> {
  if (!existsSync(daemonFile)) return broken(endpoint.paths.home, `${daemonFile} is not there.`, 'npm run build');
  const child = spawn(process.execPath, [daemonFile, 'doctor', '--json', ...(fix ? ['--fix'] : [])], {
    env: { ...process.env, REMOTE_DEV_DIR: endpoint.paths.home },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DOCTOR_MS,
    signal,
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
  const [code, ended] = (await once(child, 'close', { signal }).catch(interrupted)) as [number | null, string | null];
  if (code === 0) return JSON.parse(texts.stdout) as Diagnosis;
  const lines = texts.stderr.split('\n').filter((line) => line.trim());
  const said = lines.find((line) => /Error\b.*: /.test(line)) ?? lines.at(-1) ?? '';
  const seen = `The daemon's program ended with ${code ?? ended}: ${said.trim()}`;
  return broken(
    endpoint.paths.home,
    seen,
    /Cannot find (module|package)/.test(said) ? 'npm ci' : `${process.execPath} ${daemonFile} doctor`,
  );
}

function interrupted(): never {
  throw new RpcError('Cancelled', 'The doctor was interrupted.');
}

function broken(home: string, seen: string, cure: string): Diagnosis {
  const check: Checked = { name: 'program', title: 'daemon program', level: 'failure', seen, cure };
  return { healthy: false, home, running: null, pid: null, checks: [check], fixes: [] };
}

/** Whether it answers us, and what it says of itself. */
async function askDaemon(context: Context, { running, pid }: Diagnosis): Promise<Checked> {
  const check = { name: 'daemon', title: 'daemon' };
  try {
    const { components } = await inTime(context.callIfRunning('daemon/health', {}));
    const ill = components.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
    if (ill.length > 0) return { ...check, level: 'warning', seen: ill.join(' '), cure: 'rdv daemon health' };
    return { ...check, level: 'ok', seen: `answers; ${components.map(({ detail }) => detail).join(', ')}` };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const { kind, message } = error;
    if (!running && ['Unavailable', 'Unauthorized'].includes(kind))
      return {
        ...check,
        level: 'note',
        seen: 'No daemon runs; the next command starts one.',
        cure: 'rdv daemon start',
      };
    return { ...check, level: 'failure', seen: message, cure: cureFor(kind, pid) };
  }
}

/** One that hangs is killed; one that only refuses ends in order. */
function cureFor(kind: ErrorKind, pid: number | null): string {
  if (kind === 'Timeout' || kind === 'Unavailable')
    return `${pid === null ? 'rdv daemon stop' : `kill -KILL ${pid}`}; rdv daemon start`;
  return kind === 'Unauthorized' && pid !== null ? `kill ${pid}; rdv daemon start` : 'rdv daemon status';
}

/** One that is stopped takes connections and says nothing. */
async function inTime<T>(asked: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const said = `The daemon does not answer within ${HEALTH_MS} ms.`;
    timer = setTimeout(() => reject(failure('Timeout', said, 'Run it again.')), HEALTH_MS);
  });
  asked.catch(() => {});
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
