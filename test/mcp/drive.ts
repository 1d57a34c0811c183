/** The Inspector and the conformance suite against our servers of MCP, over stdio and HTTP; run by `npm run test:mcp`. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bridged } from '../support/bridged.js';
import { root } from '../support/documents.js';
import { forwarding } from './forwarding.js';

const tools = process.env.RDV_MCP_TOOLS!;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program of the tools, by Node 22, which comes as a package. */
function run(name: string, args: readonly string[], cwd: string): Promise<Outcome> {
  const node = join(tools, 'node_modules/node/bin/node');
  const program = join(tools, 'node_modules/.bin', name);
  const env = { ...process.env, HOME: cwd, NO_COLOR: '1' };
  return new Promise((resolve) => {
    execFile(node, [program, ...args], { cwd, env, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    );
  });
}

/** Those that ask for nothing but what a server may have. */
const generic = [
  'server-initialize',
  'ping',
  'tools-list',
  'resources-list',
  'prompts-list',
  'server-sse-polling',
  'server-sse-multiple-streams',
  'dns-rebinding-protection',
];

/** By what they need that we do not have, or must not: tools, resources and prompts of the suite's own; MCP logging. */
const others: Readonly<Record<string, readonly string[]>> = {
  'test tools of the suite': [
    'tools-call-simple-text',
    'tools-call-image',
    'tools-call-audio',
    'tools-call-embedded-resource',
    'tools-call-mixed-content',
    'tools-call-with-logging',
    'tools-call-error',
    'tools-call-with-progress',
    'tools-call-sampling',
    'tools-call-elicitation',
    'json-schema-2020-12',
    'elicitation-sep1034-defaults',
    'elicitation-sep1330-enums',
  ],
  'test resources of the suite': [
    'resources-read-text',
    'resources-read-binary',
    'resources-templates-read',
    'resources-subscribe',
    'resources-unsubscribe',
  ],
  'test prompts of the suite': [
    'completion-complete',
    'prompts-get-simple',
    'prompts-get-with-args',
    'prompts-get-embedded-resource',
    'prompts-get-with-image',
  ],
  'MCP logging, in the place of which we have stderr': ['logging-set-level'],
};

test('others’ checks of servers of MCP', async (t) => {
  const config = '[bridge]\ntcp = true\nport = 0\n';
  const { daemon, client, bridge } = await bridged(t, { config });
  const cwd = mkdtempSync(join(tmpdir(), 'rdv-mcp-'));
  t.after(() => rmSync(cwd, { recursive: true, force: true }));
  const { id } = await client.call('session/create', { name: 'one', command: ['cat'], projectPath: '/tmp' });

  const stdio = [process.execPath, join(root, 'dist/rdv.cjs'), 'mcp', '-e', `REMOTE_DEV_DIR=${daemon.home}`];
  const http = [`http://127.0.0.1:${bridge.port}/mcp`, '--header', `Authorization: Bearer ${daemon.token}`];
  const asked: [what: string, args: readonly string[], expected: RegExp][] = [
    ['tools/list', ['--method', 'tools/list', '--strict'], /"session_list"/],
    ['tools/call', ['--method', 'tools/call', '--tool-name', 'session_list'], /structuredContent[\s\S]*"one"/],
    ['resources/list', ['--method', 'resources/list'], new RegExp(`rdv://sessions/${id}/output`)],
    ['resources/templates/list', ['--method', 'resources/templates/list'], /rdv:..sessions.\{id\}/],
    ['resources/read', ['--method', 'resources/read', '--uri', 'rdv://sessions'], /application.json[\s\S]*one/],
    ['prompts/list', ['--method', 'prompts/list'], /"review_stalled"/],
    ['prompts/get', ['--method', 'prompts/get', '--prompt-name', 'fix_bug', '--prompt-args', 'bug=slow'], /> slow/],
  ];
  for (const [way, target] of [
    ['stdio', stdio],
    ['/mcp', http],
  ] as const) {
    for (const [what, args, expected] of asked) {
      await t.test(`Inspector: ${what} over ${way}`, async () => {
        const { code, stdout, stderr } = await run('mcp-inspector', ['--cli', ...target, ...args], cwd);
        assert.equal(code, 0, `${stdout}\n${stderr}`);
        assert.match(stdout, expected);
      });
    }
  }

  // The suite sends no token; what stands before the bridge adds it, and nothing else.
  const { port } = await forwarding(t, bridge.port, { authorization: `Bearer ${daemon.token}` });
  for (const scenario of generic) {
    await t.test(`conformance: ${scenario}`, async () => {
      const args = ['server', '--url', `http://localhost:${port}/mcp`, '--scenario', scenario, '-o', cwd];
      const { code, stdout, stderr } = await run('conformance', args, cwd);
      assert.equal(code, 0, `${stdout}\n${stderr}`);
    });
  }
  for (const [needed, scenarios] of Object.entries(others)) {
    for (const scenario of scenarios) await t.test(`conformance: ${scenario}`, { skip: `needs ${needed}` }, () => {});
  }

  await t.test('each scenario of the suite is run, or it is said why not', async () => {
    const { stdout } = await run('conformance', ['list'], cwd);
    const listed = stdout.slice(0, stdout.indexOf('Client scenarios')).match(/(?<=^ {2}- )\S+/gm)!;
    assert.deepEqual(listed.toSorted(), [...generic, ...Object.values(others).flat()].toSorted());
  });
  await client.call('session/close', { id });
});
