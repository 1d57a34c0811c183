/** What `config.toml` may say, and what is said of it when it may not: every key, broken in each way. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { allKeys, type Key, keys, type Table } from '../../../daemon/config/keys.js';
import { parseConfig, type Source } from '../../../daemon/config/parse.js';
import { root } from '../../support/documents.js';

const source: Source = { path: 'c.toml', home: '/data', userHome: '/home/ann', environment: {} };
const read = (text: string, more: Partial<Source> = {}, table: Table = keys) =>
  parseConfig(text, { ...source, ...more }, table);
const heldIn = (name: string, text: string, more: Partial<Source> = {}) => {
  const { held, problems, warnings } = read(text, more);
  assert.deepEqual([problems, warnings], [[], []]);
  return held.get(name)!.value;
};

const all = allKeys(keys);

test('the keys are those of the design, and ours', () => {
  assert.deepEqual(
    Object.entries(keys).map(([table, known]) => `${table}: ${Object.keys(known).join(' ')}`),
    [
      'server: api_socket terminal_socket pid_file log_file drain_seconds',
      'database: path max_connections',
      'auth: service_token_file token_rotation_days overlap_seconds local_user',
      'limits: connections requests_in_flight outbound_megabytes read_per_second write_per_second terminal_per_second auth_per_second inject_per_minute',
      'bridge: socket tcp port allowed_hosts allowed_origins access_team_domain access_audience',
      'monitoring: interval_seconds stall_threshold_seconds',
      'notifications: minimum_severity terminal webhook_url webhook_secret_file',
      'cleanup: insight_retention_days trash_retention_days cleanup_interval_hours audit_megabytes',
      'log: level megabytes files',
      'terminal: backend',
    ],
  );
  for (const { name, is } of all) assert.match(is.says, /^[A-Z].*\.$/, name);
});

test('without a file, a table or a key the defaults hold', () => {
  for (const text of ['', '# nothing\n', '[cleanup]\n[log]\n', '\ufeff\r\n[cleanup]\r\n']) {
    const { held, problems, warnings } = read(text);
    assert.deepEqual([problems, warnings, held.size], [[], [], all.length], JSON.stringify(text));
    for (const { name, is } of all) {
      const value = is.type === 'path' ? `/data/${is.default}` : is.default;
      assert.deepEqual(held.get(name), { value, source: 'default', place: null }, name);
    }
  }
});

test('a key may be written in every way of TOML', () => {
  const ways: [text: string, place: string][] = [
    ['[cleanup]\ntrash_retention_days = 7 # a week', '2:1'],
    ['cleanup.trash_retention_days = 7', '1:9'],
    ['cleanup = { "trash_retention_days" = 0x7 }', '1:13'],
  ];
  for (const [text, place] of ways)
    assert.deepEqual(read(text).held.get('cleanup.trash_retention_days'), { value: 7, source: 'file', place }, text);
});

test('what is wrong is said word for word', () => {
  const said: [text: string, said: string][] = [
    [
      '[cleanup]\ntrash_retention_days = [\n1,\n2]\n',
      'c.toml:2:1: Expected cleanup.trash_retention_days to be a whole number from 1 to 36500, got a list. Correct it, or remove it for 30.',
    ],
    ['cleanup = 3', 'c.toml:1:1: Expected cleanup to be a table. Begin it with [cleanup].'],
    ['[[cleanup]]\ntrash_retention_days = 7', 'c.toml:1:3: Expected cleanup to be a table. Begin it with [cleanup].'],
    ['[cleanup]\ntrash_retention_days = ', 'c.toml:2:24: This is no TOML: invalid value. Correct it.'],
    [
      `[server]\napi_socket = "/${'x'.repeat(103)}"`,
      `c.toml:2:1: Expected server.api_socket to be the path of a socket, which may have 103 bytes and not 104, got "/${'x'.repeat(78)}. Correct it, or remove it for "run/api.sock".`,
    ],
  ];
  for (const [text, words] of said) assert.deepEqual(read(text).problems, [words]);
});

test('a key that stands twice is no TOML, and where it stands is told', () => {
  const [said] = read('[log]\nfiles = 1\nfiles = 2\n').problems;
  assert.match(said!, /^c\.toml:3:\d+: This is no TOML: /);
});

test('every mistake is told at once, in the order of the file, those of the environment first', () => {
  const text = 'log = 1\n[server]\ndrain_seconds = -1\napi_socket = 3\n[limits]\nconnections = 0\nx = 1\n';
  const { problems, warnings } = read(text, { environment: { RDV_BACKEND: 'screen' } });
  assert.deepEqual(
    problems.map((said) => said.split(' ').slice(0, 3).join(' ')),
    [
      'Expected RDV_BACKEND to',
      'c.toml:1:1: Expected log',
      'c.toml:3:1: Expected server.drain_seconds',
      'c.toml:4:1: Expected server.api_socket',
      'c.toml:6:1: Expected limits.connections',
    ],
  );
  assert.deepEqual(warnings, ['c.toml:7:1: limits.x means nothing and is left out.']);
  const broken = read('[log', { environment: { RDV_LOG_LEVEL: 'loud' } });
  assert.equal(broken.problems.length, 2);
});

test('what means nothing is warned of, with its place and what may have been meant; the rest holds', () => {
  const text =
    'colour = "red"\nfiles = 3\n[cleanup]\ntrash_days = 3\ntrash-retention-day = 7\ncleanup_interval_hours = 2\nmegabytes = 1\n[__proto__]\n[hooks]\nx = 1\n[Servers]\n"a\\u009b b" = 1\n[log]\n"\\u009b" = 1\n';
  const { held, problems, warnings } = read(text);
  assert.deepEqual(problems, []);
  assert.equal(held.get('cleanup.cleanup_interval_hours')!.value, 2);
  const said = (rest: string) => `c.toml:${rest}`;
  assert.deepEqual(warnings, [
    said('1:1: colour means nothing and is left out.'),
    said('2:1: files means nothing and is left out. Did you mean files in [log]?'),
    said('4:1: cleanup.trash_days means nothing and is left out.'),
    said('5:1: cleanup.trash-retention-day means nothing and is left out. Did you mean trash_retention_days?'),
    said('7:1: cleanup.megabytes means nothing and is left out. Did you mean megabytes in [log]?'),
    said('8:2: __proto__ means nothing and is left out.'),
    said('9:2: hooks means nothing and is left out.'),
    said('11:2: Servers means nothing and is left out. Did you mean server?'),
    said('14:1: log."\\u009b" means nothing and is left out.'),
  ]);
});

test('two keys may not name one file, nor one the daemon has for itself', () => {
  const reserved = ['/data/config.toml', '/data/run/lock.db'];
  const problems = (text: string) => read(text, { reserved }).problems;
  const words = (place: string, name: string, user: string, preset: string) =>
    `c.toml:${place}: ${name} is the file of ${user} as well. Choose another, or remove it for "${preset}".`;
  assert.deepEqual(problems('[server]\nlog_file = "rdv.db"\n'), [
    words('2:1', 'server.log_file', 'database.path', 'log/rdvd.log'),
  ]);
  assert.deepEqual(problems('[server]\nlog_file = "./x"\npid_file = "x"'), [
    words('2:1', 'server.log_file', 'server.pid_file', 'log/rdvd.log'),
  ]);
  assert.deepEqual(problems('[database]\npath = "x/../run/lock.db"'), [
    words('2:1', 'database.path', 'the daemon itself', 'rdv.db'),
  ]);
  assert.deepEqual(problems('[database]\npath = "log/rdvd.log"\n[server]\nlog_file = "rdv.db"\n'), []);
});

test('another data folder moves every path that is not absolute, and nothing else', () => {
  const text = '[server]\nlog_file = "a.log"\npid_file = "/run/x.pid"\n[database]\npath = "~/x.db"\n';
  const values = (home: string) => [...read(text, { home }).held].filter(([name]) => keyOf(name).type === 'path');
  const moved = values('/other').map(([name, { value }]) => [name, value]);
  assert.deepEqual(Object.fromEntries(moved), {
    'server.api_socket': '/other/run/api.sock',
    'server.terminal_socket': '/other/run/terminal.sock',
    'server.pid_file': '/run/x.pid',
    'server.log_file': '/other/a.log',
    'database.path': '/home/ann/x.db',
    'bridge.socket': '/other/run/bridge.sock',
    'auth.service_token_file': '/other/server/service-token',
    'notifications.webhook_secret_file': '/other/server/webhook-secret',
  });
  assert.equal(values('/data').length, moved.length);
});

const keyOf = (name: string): Key => all.find((known) => known.name === name)!.is;

test('a variable wins over the file, an empty one does not, and a wrong one is told', () => {
  const text = '[terminal]\nbackend = "tmux"\n[log]\nlevel = "warn"\n';
  assert.equal(heldIn('terminal.backend', text), 'tmux');
  const { held } = read(text, { environment: { RDV_BACKEND: 'pty', RDV_LOG_LEVEL: '' } });
  assert.deepEqual(held.get('terminal.backend'), { value: 'pty', source: 'environment', place: 'RDV_BACKEND' });
  assert.deepEqual(held.get('log.level'), { value: 'warn', source: 'file', place: '4:1' });
  assert.deepEqual(read('', { environment: { RDV_LOG_LEVEL: 'silent' } }).problems, [
    'Expected RDV_LOG_LEVEL to be debug, info, warn or error, got "silent". Correct it, or unset it.',
  ]);
});

test('the other types are read as well', () => {
  const table: Table = {
    t: {
      on: { type: 'boolean', default: false, says: '.' },
      names: { type: 'list', default: ['a'], says: '.' },
    },
  };
  const taken = read('[t]\non = true\nnames = ["x", "y"]', {}, table).held;
  assert.deepEqual([taken.get('t.on')!.value, taken.get('t.names')!.value], [true, ['x', 'y']]);
  assert.deepEqual(read('[t]\non = 1\nnames = ["x", 2]', {}, table).problems, [
    'c.toml:2:1: Expected t.on to be true or false, got 1. Correct it, or remove it for false.',
    'c.toml:3:1: Expected t.names to be a list of texts, got a list. Correct it, or remove it for ["a"].',
  ]);
});

test('a document of nothing but mistakes is told of in a moment', { timeout: 20_000 }, () => {
  const text = `[log]\n${Array.from({ length: 5000 }, (_, i) => `megabyte${i} = ${i}`).join('\n')}`;
  const { warnings } = read(text);
  assert.equal(warnings.length, 51);
  assert.equal(warnings.at(-1), 'c.toml:52:1: 4950 more names from here on mean nothing.');
});

test('the configuration in the README is one', () => {
  const blocks = [...readFileSync(`${root}README.md`, 'utf8').matchAll(/```toml\n(.*?)```/gs)];
  assert.ok(blocks.length > 0);
  for (const [, text] of blocks) {
    const { held, problems, warnings } = read(text!);
    assert.deepEqual([problems, warnings], [[], []]);
    assert.ok([...held.values()].some(({ source: said }) => said === 'file'));
  }
});
