/** What sessions start with, and what stays out. */
import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { test } from 'node:test';
import { cleanEnvironment } from '../../daemon/environment.js';

test('secrets and settings of other programs stay out', () => {
  const secrets = {
    ANTHROPIC_API_KEY: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
    CLAUDECODE: '1',
    GITHUB_TOKEN: 'x',
    LD_PRELOAD: 'x',
    NODE_OPTIONS: 'x',
    RDV_SESSION_ID: 'x',
    REMOTE_DEV_DIR: 'x',
    TERM: 'dumb',
    TMUX: 'x',
    TMUX_PANE: '%1',
    path: 'x',
    XDGX: 'x',
  };
  const kept = {
    HOME: '/h',
    PATH: '/p',
    SSH_AUTH_SOCK: '/s',
    TZ: 'UTC',
    XDG_RUNTIME_DIR: '/x',
    LC_TIME: 'C',
    LANG: 'en_US.UTF-8',
  };
  const user = userInfo();
  const filled = {
    USER: user.username,
    LOGNAME: user.username,
    SHELL: user.shell || '/bin/sh',
    COLORTERM: 'truecolor',
  };
  assert.deepEqual(cleanEnvironment({ ...secrets, ...kept }), { ...filled, ...kept });
});

test('what is missing comes from the system', () => {
  const { HOME, USER, SHELL, PATH } = cleanEnvironment({});
  const user = userInfo();
  assert.deepEqual(
    [HOME, USER, SHELL, PATH],
    [user.homedir, user.username, user.shell || '/bin/sh', '/usr/local/bin:/usr/bin:/bin'],
  );
});

const utf8 = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8';
const locales: [
  given: Record<string, string>,
  LC_ALL: string | undefined,
  LC_CTYPE: string | undefined,
  LANG: string | undefined,
][] = [
  [{}, undefined, utf8, utf8],
  [{ LANG: 'de_DE.UTF-8' }, undefined, undefined, 'de_DE.UTF-8'],
  [{ LANG: 'de_DE.utf8' }, undefined, undefined, 'de_DE.utf8'],
  [{ LANG: 'C' }, undefined, utf8, 'C'],
  [{ LANG: 'C', LC_CTYPE: 'en_US.UTF-8' }, undefined, 'en_US.UTF-8', 'C'],
  [{ LC_ALL: 'POSIX', LANG: 'en_US.UTF-8' }, utf8, undefined, utf8],
  [{ LC_ALL: '', LANG: 'en_US.UTF-8' }, '', undefined, 'en_US.UTF-8'],
];
for (const [given, ...expected] of locales) {
  test(`the locale is UTF-8 when ${JSON.stringify(given)} is given`, () => {
    const { LC_ALL, LC_CTYPE, LANG } = cleanEnvironment(given);
    assert.deepEqual([LC_ALL, LC_CTYPE, LANG], expected);
  });
}
