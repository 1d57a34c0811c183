/** Which daemon is meant and as whom a program acts: by hand, in a session, at a keyboard. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { actsForSession, findEndpoint } from '../../client/endpoint.js';
import { refused } from '../support/refused.js';
import { folderFor } from '../support/whole.js';

/** What a session of a daemon in another than the usual folder has in its environment, and nothing else of it. */
function inSession(t: TestContext) {
  const home = folderFor(t);
  mkdirSync(join(home, 'run/tokens'), { recursive: true });
  writeFileSync(join(home, 'cli-token'), 'of the user\n');
  writeFileSync(join(home, 'run/tokens/s1'), 'of the session\n');
  return { home, RDV_API_SOCKET: join(home, 'run/api.sock'), RDV_TOKEN_FILE: join(home, 'run/tokens/s1') };
}

test('in a session its own daemon is meant, which is started again when it is away', (t) => {
  const { home, ...environment } = inSession(t);
  const { socketPath, paths, foreign } = findEndpoint(environment);
  assert.deepEqual([socketPath, paths.home, foreign], [environment.RDV_API_SOCKET, home, false]);
  assert.equal(findEndpoint({}).paths.home, `${homedir()}/.remote-dev`);
});

test('what is said by hand wins over what a session inherits', (t) => {
  const { home, ...environment } = inSession(t);
  const elsewhere = folderFor(t);
  writeFileSync(join(elsewhere, 'cli-token'), 'of elsewhere\n');
  const other = findEndpoint({ ...environment, REMOTE_DEV_DIR: elsewhere });
  assert.deepEqual(
    [other.socketPath, other.foreign, other.token()],
    [`${elsewhere}/run/api.sock`, false, 'of elsewhere'],
  );
  assert.equal(findEndpoint({ ...environment, REMOTE_DEV_DIR: home }).token(), 'of the session');
  const named = findEndpoint({ ...environment, RDV_SOCKET: '/x/api.sock' });
  assert.deepEqual([named.socketPath, named.foreign, named.token()], ['/x/api.sock', true, 'of the session']);
  assert.equal(findEndpoint({ ...environment, RDV_SOCKET: '/x/api.sock' }, '/y').socketPath, '/y');
  assert.equal(findEndpoint({ ...environment, RDV_API_KEY: ' key\n' }).token(), 'key');
  assert.equal(findEndpoint({ ...environment, RDV_API_KEY: 'key', RDV_TOKEN: 'text' }).token(), 'text');
});

test('a program acts for its session, a person for himself', (t) => {
  const { home, ...environment } = inSession(t);
  for (const [more, person, expected] of [
    [{}, false, true],
    [{}, true, false],
    [{ RDV_TOKEN: 'x' }, false, false],
    [{ RDV_API_KEY: 'x' }, false, false],
    [{ RDV_TOKEN_FILE: undefined }, false, false],
    [{ REMOTE_DEV_DIR: home }, false, true],
    [{ REMOTE_DEV_DIR: `${home}2` }, false, false],
  ] as const)
    assert.equal(
      actsForSession({ ...environment, ...more }, () => person),
      expected,
      JSON.stringify([more, person]),
    );
});

test('the token of a session that has ended is told from one that is not there yet', (t) => {
  const { home, ...environment } = inSession(t);
  const { token } = findEndpoint(environment);
  assert.equal(token(), 'of the session');
  rmSync(environment.RDV_TOKEN_FILE);
  assert.throws(token, (error: any) => /unset RDV_TOKEN_FILE/.test(error.data.details.cure));
  rmSync(join(home, 'cli-token'));
  const { RDV_TOKEN_FILE: _, ...outside } = environment;
  assert.throws(
    findEndpoint(outside).token,
    refused('Unauthorized', /Cannot read the token file .*cli-token/, 'ENOENT'),
  );
});
