/** Which requests are let in at all: by their host, their origin, and what their URL holds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSource, checkUrl } from '../../../bridge-http/http/gate.js';
import { Refusal } from '../../../bridge-http/http/refusal.js';

const allowed = { hosts: ['dev.example.com'], origins: ['https://ui.example.com'] };

type Given = Readonly<Record<string, string | string[]>>;

/** The code of the refusal; undefined for who is let in. */
function refused(given: Given): string | undefined {
  const distinct = Object.entries(given).map(([name, value]) => [name, [value].flat()] as const);
  const headers = Object.fromEntries(distinct.map(([name, values]) => [name, values.join(', ')]));
  return codeOf(() => checkSource({ headers, headersDistinct: Object.fromEntries(distinct) as never }, allowed));
}

function codeOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof Refusal);
    return error.code;
  }
}

const rows: [what: string, headers: Given, code: string | undefined][] = [
  ['this machine', { host: 'localhost' }, undefined],
  ['this machine by number and port', { host: '127.0.0.1:4711' }, undefined],
  ['this machine in IPv6', { host: '[::1]:4711' }, undefined],
  ['capitals', { host: 'LocalHost' }, undefined],
  ['a host allowed by name', { host: 'dev.example.com' }, undefined],
  ['no host', {}, 'INVALID_HOST'],
  ['two hosts', { host: ['localhost', 'evil.com'] }, 'INVALID_HOST'],
  ['an empty host', { host: '' }, 'FORBIDDEN_HOST'],
  ['a name resolved to this machine', { host: 'evil.com:4711' }, 'FORBIDDEN_HOST'],
  ['a name that begins like ours', { host: 'localhost.evil.com' }, 'FORBIDDEN_HOST'],
  ['a trailing dot', { host: 'localhost.' }, 'FORBIDDEN_HOST'],
  ['a user before the host', { host: 'evil@localhost' }, 'FORBIDDEN_HOST'],
  ['a port that is none', { host: 'localhost:http' }, 'FORBIDDEN_HOST'],
  ['two ports', { host: 'localhost:1:2' }, 'FORBIDDEN_HOST'],
  ['another host behind ours', { host: 'localhost', 'x-forwarded-host': 'evil.com' }, 'FORBIDDEN_HOST'],
  ['our host behind another', { host: 'evil.com', 'x-forwarded-host': 'localhost' }, 'FORBIDDEN_HOST'],
  ['two hosts in front', { host: 'localhost', 'x-forwarded-host': ['localhost', 'evil.com'] }, 'FORBIDDEN_HOST'],
  ['a page of ours', { host: 'localhost:3000', origin: 'http://localhost:3000' }, undefined],
  ['a page of ours elsewhere', { host: 'localhost', origin: 'http://localhost:3000' }, 'FORBIDDEN_ORIGIN'],
  ['a page of another site', { host: 'localhost', origin: 'https://evil.com' }, 'FORBIDDEN_ORIGIN'],
  ['a page without an origin of its own', { host: 'localhost', origin: 'null' }, 'FORBIDDEN_ORIGIN'],
  ['two origins', { host: 'localhost', origin: ['http://localhost', 'https://evil.com'] }, 'FORBIDDEN_ORIGIN'],
  ['an empty origin', { host: 'localhost', origin: '' }, 'FORBIDDEN_ORIGIN'],
  ['a page allowed by name', { host: 'localhost', origin: 'https://UI.example.com' }, undefined],
  [
    'a page of the front end before us',
    { host: '127.0.0.1:4711', 'x-forwarded-host': 'dev.example.com', origin: 'https://dev.example.com' },
    undefined,
  ],
  [
    'another page by the front end before us',
    { host: '127.0.0.1:4711', 'x-forwarded-host': 'dev.example.com', origin: 'https://evil.com' },
    'FORBIDDEN_ORIGIN',
  ],
  ['an image on another site', { host: 'localhost', 'sec-fetch-site': 'cross-site' }, 'FORBIDDEN_ORIGIN'],
  ['a link on a sister site', { host: 'localhost', 'sec-fetch-site': 'same-site' }, 'FORBIDDEN_ORIGIN'],
  ['an image of ours', { host: 'localhost', 'sec-fetch-site': 'same-origin' }, undefined],
  ['typed by its user', { host: 'localhost', 'sec-fetch-site': 'none' }, undefined],
];

for (const [what, headers, code] of rows) {
  test(`${what}: ${code ?? 'let in'}`, () => assert.equal(refused(headers), code));
}

test('a token in a URL is refused by its name or its looks, and never repeated', () => {
  for (const query of ['token=x', 'access_token=x', 'api_key=x', 'apiKey=x', 'key=x', `a=rdv_cli_${'a'.repeat(40)}`]) {
    assert.equal(
      codeOf(() => checkUrl(new URLSearchParams(query))),
      'TOKEN_IN_URL',
      query,
    );
  }
  assert.throws(() => checkUrl(new URLSearchParams(`a=rdv_${'S'.repeat(40)}`)), { message: /^(?!.*SSS)/ });
  for (const query of ['', 'name=rdv-1', 'tokens=3', 'search=rdv_x'])
    assert.equal(
      codeOf(() => checkUrl(new URLSearchParams(query))),
      undefined,
    );
});
