/** A real bridge over a whole daemon, for one test: started, asked, and gone without a trace afterwards. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Client } from '#client';
import { type Paths, pathsIn } from '#protocol/paths';
import type { Daemon, DaemonOptions } from './daemon.js';
import { root } from './documents.js';
import { type Lasting, whole } from './whole.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body, parsed. */
  readonly body: any;
}

export interface Ask extends Pick<RequestOptions, 'agent' | 'signal'> {
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Sent as JSON; a text as it stands. */
  readonly body?: unknown;
}

export interface BridgeProcess {
  readonly paths: Paths;
  readonly child: ChildProcess;
  /** Of 127.0.0.1; 0 when it has none. */
  readonly port: number;
  /** What it wrote to stderr so far. */
  readonly stderr: string;
  /** With no identity but the headers given. */
  ask(verb: string, path: string, ask?: Ask): Promise<Answer>;
  /** As the front end, for a user. */
  as(user: string): (verb: string, path: string, body?: unknown, headers?: Ask['headers']) => Promise<Answer>;
  /** SIGTERM, and waits for the end. Twice is harmless. */
  stop(): Promise<number | null>;
}

/** Daemon and bridge. The bridge listens on 127.0.0.1 too when the configuration says so: `[bridge]\ntcp = true`. */
export async function bridged(
  t: Lasting,
  options?: DaemonOptions,
): Promise<{ daemon: Daemon; client: Client; bridge: BridgeProcess }> {
  const { daemon, client } = await whole(t, options);
  return { daemon, client, bridge: await startBridge(t, daemon.home) };
}

/** Over a data folder, whether its daemon runs or not. */
export async function startBridge(t: Lasting, home: string, args: readonly string[] = []): Promise<BridgeProcess> {
  const paths = pathsIn(home);
  const child = spawn(process.execPath, [join(root, 'dist/rdv-bridge.cjs'), ...args], {
    env: { ...process.env, REMOTE_DEV_DIR: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'exit');
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await ended;
    }
    return child.exitCode;
  };
  // The test may end by a signal: nothing must stay behind all the same.
  const abandon = () => child.kill('SIGKILL');
  process.on('exit', abandon);
  t.after(async () => {
    await stop();
    process.off('exit', abandon);
    for (const file of [paths.bridgeSocket, paths.terminalSocket, paths.bridgePort, paths.bridgePid]) {
      assert.equal(existsSync(file), false, `${file} stayed behind`);
    }
  });
  const ready = once(createInterface({ input: child.stdout! }), 'line');
  await Promise.race([ready, ended.then(() => Promise.reject(new Error(`The bridge ended: ${stderr}`)))]);
  const ask: BridgeProcess['ask'] = (verb, path, given) =>
    askOver({ socketPath: paths.bridgeSocket }, verb, path, given);
  return {
    paths,
    child,
    port: existsSync(paths.bridgePort) ? Number(readFileSync(paths.bridgePort, 'utf8')) : 0,
    get stderr() {
      return stderr;
    },
    ask,
    as: (user) => (verb, path, body, headers) => {
      const token = readFileSync(paths.serviceToken, 'utf8').trim();
      const identity = { 'x-rdv-service-token': token, 'x-rdv-user-id': user };
      return ask(verb, path, { headers: { ...identity, ...headers }, ...(body !== undefined && { body }) });
    },
    stop,
  };
}

/** One request over a unix socket or a port; every answer must be JSON. */
export async function askOver(to: RequestOptions, verb: string, path: string, ask: Ask = {}): Promise<Answer> {
  const { body, headers, ...rest } = ask;
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const length = text === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  const sent = request({
    agent: false,
    ...to,
    ...rest,
    method: verb,
    path,
    headers: { host: 'localhost', ...length, ...headers },
  });
  sent.end(text);
  const [response] = await once(sent, 'response');
  let answer = '';
  for await (const chunk of response.setEncoding('utf8')) answer += chunk;
  assert.match(response.headers['content-type'] ?? '', /^application\/json/);
  return { status: response.statusCode, headers: response.headers, body: JSON.parse(answer) };
}
