/** What ssh says when it does not reach another machine, and what people are told of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorKind } from '#protocol/errors';
import { unreached } from '../../client/unreached.js';

const CHANGED = `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\r
Host key verification failed.\r\n`;

const cases: readonly [
  code: number | null,
  said: string,
  kind: ErrorKind,
  name: string,
  cause: string,
  cure: RegExp,
][] = [
  [255, CHANGED, 'Unauthorized', 'HOST_KEY_CHANGED', 'box was not reached: Host key verification failed.', /attack/],
  [
    255,
    'No ED25519 host key is known for box and you have requested strict checking.\r\nHost key verification failed.\r\n',
    'Unauthorized',
    'HOST_KEY_UNKNOWN',
    'box was not reached: Host key verification failed.',
    /`ssh box`/,
  ],
  [
    255,
    'me@box: Permission denied (publickey,password).\r\n',
    'Unauthorized',
    'SSH_REFUSED',
    'box was not reached: me@box: Permission denied (publickey,password).',
    /ssh-agent/,
  ],
  [
    255,
    'ssh: Could not resolve hostname box: Name or service not known\r\n',
    'Unavailable',
    'HOST_UNKNOWN',
    'box was not reached: ssh: Could not resolve hostname box: Name or service not known',
    /\.ssh\/config/,
  ],
  [
    255,
    'Welcome.\r\nTimeout, server box not responding.\r\n',
    'Unavailable',
    'HOST_AWAY',
    'box was not reached: Timeout, server box not responding.',
    /network/,
  ],
  [
    255,
    'kex_exchange_identification: read: reset\n',
    'Unavailable',
    'HOST_LOST',
    'box was not reached: kex_exchange_identification: read: reset',
    /by hand/,
  ],
  [255, '', 'Unavailable', 'HOST_LOST', 'box was not reached: ssh ended', /by hand/],
  [
    127,
    'sh: 1: rdv: not found\n',
    'Unavailable',
    'REMOTE_COMMAND_NOT_FOUND',
    'box finds no rdv: sh: 1: rdv: not found',
    /RDV_REMOTE_COMMAND/,
  ],
  [
    2,
    "rdv: unknown command 'rpc'\nSee `rdv --help`.\n",
    'UnsupportedVersion',
    'REMOTE_TOO_OLD',
    "box has an rdv that is older than this one: rdv: unknown command 'rpc'",
    /Update it there/,
  ],
  [
    69,
    'rdv: The daemon ended the connection.\n',
    'Unavailable',
    'CONNECTION_LOST',
    'box: The daemon ended the connection.',
    /daemon status/,
  ],
  [0, '', 'Unavailable', 'CONNECTION_LOST', 'box: rdv ended with code 0', /by hand/],
  [null, '', 'Unavailable', 'CONNECTION_LOST', 'box: ssh was ended', /by hand/],
];

for (const [code, said, kind, name, cause, cure] of cases) {
  test(`${name}: ${cause}`, () => {
    const error = unreached({ host: 'box', code, said });
    assert.deepEqual([error.kind, error.data.code, error.message], [kind, name, cause]);
    assert.match((error.data.details as { cure: string }).cure, cure);
  });
}
