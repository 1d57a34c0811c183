/** A canary for secrets: tokens and what was typed are looked for everywhere a daemon leaves anything. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathsIn } from '#protocol/paths';
import { root } from '../support/documents.js';
import { connectRaw } from '../support/raw.js';
import { whole } from '../support/whole.js';

/** Where a token has to stand in full: nobody else can read these. */
const holders = /^(cli-token|server\/service-token|run\/tokens\/[0-9a-f-]+)$/;

test('no token, and nothing typed or set, stands in a file, a log, a process or an answer where it does not belong', async (t) => {
  const { daemon, client } = await whole(t, { environment: { RDV_LOG_LEVEL: 'debug' } });
  const { home } = daemon;
  const paths = pathsIn(home);
  const heard: string[] = [daemon.stderr];
  const say = (text: string) => void heard.push(text);

  // What must not be found: tokens, and payload.
  const key = await client.call('token/create', { name: 'phone' });
  const rotated = await client.call('token/rotate', { id: key.id });
  const session = await client.call('session/create', {
    command: ['cat'],
    environment: { CANARY: 'canary-variable-8f1d' },
  });
  await client.call('session/exec', { id: session.id, command: 'canary-typed-77ab' });
  const ticket = await client.call('session/ticket', { id: session.id });
  const tokens = {
    cli: daemon.token,
    service: readFileSync(paths.serviceToken, 'utf8').trim(),
    session: readFileSync(join(paths.tokens, session.id), 'utf8').trim(),
    key: key.key,
    rotated: rotated.key!,
    ticket: ticket.token,
  };
  assert.equal(new Set(Object.values(tokens)).size, 6);

  // Used rightly and wrongly, in every place a client may put one by mistake.
  for (const token of Object.values(tokens)) {
    const raw = await connectRaw(daemon.socket);
    for (const given of [`${token}x`, token.slice(1), token])
      say(JSON.stringify(await raw.call('initialize', { token: given })));
    say(JSON.stringify(await raw.call(token, {}).catch(String)));
    raw.write(`Content-Length: 10\r\n${token}: x\r\n\r\n`);
    await raw.close();
    const wrong = [{ id: token }, { sessionId: token, token }, { cols: token }];
    for (const params of wrong) await client.call('session/get', params as never).catch((error) => say(error.message));
    await client.call('token/redeem', { token }).catch((error) => say(error.message));
  }
  for (const command of ['ls', 'nothing', 'token list', 'daemon health', 'audit list']) {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'dist/rdv.cjs'), ...command.split(' '), '--debug'],
      { env: { ...process.env, REMOTE_DEV_DIR: home, RDV_TOKEN: `${tokens.key}` }, encoding: 'utf8' },
    );
    say(stdout + stderr);
  }
  const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  const environments = readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && readable(`/proc/${pid}/cmdline`).includes(home))
    .map((pid) => readable(`/proc/${pid}/environ`))
    .join();
  const tmux = execFileSync('tmux', ['-L', daemon.tmux, 'show-environment', '-g'], { encoding: 'utf8' });
  await daemon.kill9();
  await daemon.restart();
  await daemon.terminate();
  say(daemon.stderr);

  const files = filesIn(home).filter((file) => !holders.test(file));
  assert.ok(files.some((file) => file.endsWith('rdvd.log')) && files.includes('rdv.db'), files.join());
  const places: [where: string, text: string][] = [
    ...files.map((file) => [file, readFileSync(join(home, file), 'latin1')] as [string, string]),
    ['ps', processes],
    ['environments', environments],
    ['tmux', tmux],
    ['answers', heard.join('\n')],
  ];
  for (const [name, token] of Object.entries(tokens)) {
    // The secret part alone, too: a mistyped token holds it.
    for (const piece of [token, token.slice(20, 44)]) assert.deepEqual(found(places, piece), [], `${name} token`);
  }
  const logged = places.filter(([where]) => /\.log|audit|^ps$|^answers$/.test(where));
  for (const piece of ['canary-typed-77ab', 'canary-variable-8f1d']) assert.deepEqual(found(logged, piece), [], piece);
});

function found(places: readonly [string, string][], piece: string): string[] {
  return places.filter(([, text]) => text.includes(piece)).map(([where]) => where);
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

function readable(path: string): string {
  return existsSync(path) ? readFileSync(path, 'latin1') : '';
}
