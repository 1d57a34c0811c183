/** bin `rdvd`: the daemon; with a word behind it, what tells of a daemon without being one: `config`, `doctor`. */
import { errors, RpcError } from '#protocol';

/** Each is loaded only when it is run: the doctor must come up also where what the daemon needs is broken. */
const runs: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  async config() {
    const { printConfig } = await import('./config/print.js');
    const { pathsHere, sourceOf } = await import('./here.js');
    printConfig(sourceOf(pathsHere()));
  },
  async doctor(args) {
    const { diagnose } = await import('./diagnose.js');
    await diagnose(args);
    // Whatever hangs, and was given up, is not waited for.
    process.exit();
  },
};

async function daemon(args: readonly string[]): Promise<void> {
  const { run } = await import('./run.js');
  await run({ replacing: args.includes('--replace') });
}

const [command = '', ...args] = process.argv.slice(2);
const run = Object.hasOwn(runs, command) ? runs[command]!(args) : daemon([command, ...args]);
run.catch((error: unknown) => {
  const expected = error instanceof RpcError;
  const said = expected ? error.message : (error as Error).stack!;
  process.stderr.write(`rdvd: ${expected ? said.replaceAll('\n', '\nrdvd: ') : said}\n`);
  // Whatever is still open: without the lock it must not live on.
  process.exit(expected ? errors[error.kind].exit : 1);
});
