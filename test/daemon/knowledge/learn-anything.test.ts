/** Learning from texts nobody wrote in good faith: it ends soon, and lets nothing through. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Lesson, learn } from '../../../daemon/knowledge/learn.js';
import { mask } from '../../../daemon/knowledge/secrets.js';

/** Every text in a lesson. */
const textsOf = ({ fields }: Lesson): string[] =>
  Object.values(fields)
    .flat()
    .filter((value) => value !== null);

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** Pieces of terminals, put together at random. */
const piece = fc.oneof(
  fc.constantFrom('ann@box:~/x$ ', '$ ', '# ', '% ', '> ', '❯ ', '➜  x ', '╰─$ ', '[a@b c]# ', '(v) ~/x ❯ ', 'PS C:> '),
  fc.constantFrom(
    'npm test',
    'npm i a b',
    'cargo build',
    'make',
    'sudo x',
    'cd a && npm t',
    'echo "',
    'a || b',
    'x \\\n> y',
  ),
  fc.constantFrom(
    'error: x',
    'Error: y',
    'E   z',
    'FAILED',
    '0 errors',
    'fatal: ',
    'bash: x: command not found',
    '^C',
    '✔ ok',
  ),
  fc.constantFrom(
    '\n',
    '\r',
    '\r\n',
    '\t',
    '\u001b[31m',
    '\u001b]0;t\u0007',
    '\u0000',
    '\u009b',
    '\u202e',
    '`',
    '"',
    "'",
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

test('whatever is read, lessons are few and short, without a control character, and the same each time', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 80 }), (pieces) => {
      const text = pieces.join('');
      const lessons = learn(text);
      const texts = lessons.flatMap(textsOf);
      assert.deepEqual(
        texts.filter((each) => CONTROL.test(each) || each.length > 1500),
        [],
      );
      assert.ok(lessons.length <= 60);
      assert.deepEqual(learn(text), lessons);
    }),
    { numRuns: 3000 },
  );
});

test('what drives a terminal is taken out before anything is concluded', () => {
  const text =
    'ann@box:~$ sh \u009bx\u0000.sh\nError: no\u0007t\u202e here\u007f\nann@box:~$ touch a\u0085b\n' +
    'ann@box:~$ sh x.sh\nok\nann@box:~$ np\u0008m test\nann@box:~$ exit\n';
  assert.deepEqual(learn(text).map(textsOf), [
    ['gotcha', 'Error: not here. What helped: `touch ab`.', 'After `sh x.sh`.'],
    ['test', 'npm test', 'Succeeded in a session.', 'test', 'tests'],
  ]);
});

const SIZE = 256 * 1024;
const fill = (text: string) => text.repeat(Math.ceil(SIZE / text.length)).slice(0, SIZE);

const hostile: [name: string, text: string][] = [
  ['one line of one letter', fill('a')],
  ['one line of blanks', fill(' ')],
  ['one line of prompts', fill('ann@box:~$ ')],
  ['one line of brackets', fill('((((')],
  ['only prompts', fill('ann@box:~/x$ \n')],
  ['only bare prompts', fill('$ \n')],
  ['only prompts and commands', fill('ann@box:~/x$ npm test\n')],
  ['only errors', fill('error: x\n')],
  ['commands with an error each', fill('ann@box:~/x$ npm test\nerror: x\n')],
  ['commands that end in a backslash', fill('$ npm \\\n')],
  ['lines without an end', fill('x\\')],
  ['long lines of colons', fill(`${'a: '.repeat(300)}\n`)],
  ['long lines of dots', fill(`${'a.'.repeat(450)}\n`)],
  ['long lines of variables', fill(`$ ${'A=1 '.repeat(240)}\n`)],
  ['long lines of quotes', fill(`$ ${'"\''.repeat(240)}\n`)],
  ['long lines of options', fill(`$ npm ${'--a '.repeat(240)}\n`)],
  ['long lines of options with values', fill(`$ npm ${'--filter x '.repeat(90)}\n`)],
  ['long lines of wrappers', fill(`$ ${'npx '.repeat(240)}\n`)],
  ['long lines of secrets', fill(`$ x ${'password'.repeat(110)}\nerror: ${'token='.repeat(150)}\n`)],
  ['long lines of dashes', fill(`$ npm i ${'-'.repeat(900)}\n`)],
  ['long lines of blanks', fill(`~/x ${' '.repeat(900)}x\n`)],
  ['paths that never end in a prompt', fill(`~/${'a/'.repeat(400)}\n`)],
  ['hosts that never end in a prompt', fill(`a@${'b'.repeat(70)}:${'c'.repeat(180)} ${'d '.repeat(300)}\n`)],
  ['escape sequences that never end', fill('\u001b]0;')],
  ['escape sequences that never end, otherwise', fill('\u001b[')],
  ['carriage returns', fill('a\r')],
  [
    'hundreds of different commands that fail',
    Array.from({ length: 1000 }, (_, i) => `$ make x${i}\nerror: y\n`).join(''),
  ],
  ['two thousand different commands that fail and succeed', fill('$ make x\nerror: y\n$ touch z\n$ make x\n')],
];

for (const [name, text] of hostile) {
  test(`read in no time: ${name}`, () => {
    const started = process.cpuUsage();
    learn(text);
    // What others do on the same machine does not count.
    const { user, system } = process.cpuUsage(started);
    assert.ok(user + system < 400_000, `${(user + system) / 1000} ms`);
  });
}

test('of a long text only the end is read', () => {
  const lesson = 'ann@box:~$ npm test\nann@box:~$ exit\n';
  assert.equal(learn(`${lesson}${'x\n'.repeat(1990)}`).length, 1);
  assert.equal(learn(`${lesson}${'x\n'.repeat(2000)}`).length, 0);
  assert.equal(learn(`${lesson}${'x'.repeat(SIZE)}\n`).length, 0);
});

const CANARY = 'Canary7Secret';
/** What people type and programs print, with a secret in it. */
const secrets = [
  `API_KEY=${CANARY}`,
  `export DB_PASSWORD="${CANARY} more"`,
  `FOO='${CANARY}'`,
  `--password ${CANARY}`,
  `--token=${CANARY}`,
  `--api-key "${CANARY}"`,
  `-H "Authorization: Bearer ${CANARY}"`,
  `curl -u ann:${CANARY} https://x.example`,
  `https://ann:${CANARY}@x.example/y`,
  `postgres://app:${CANARY}@db/app`,
  `https://x.example/?access_token=${CANARY}&a=b`,
  `mysql -u root -p${CANARY} app`,
  `sshpass -p ${CANARY} ssh x`,
  `docker login -u ann -p ${CANARY} r.example`,
  `password: ${CANARY}`,
  `"secret": "${CANARY}"`,
  `client_secret=${CANARY}`,
  `passphrase is ok, passphrase=${CANARY}`,
  `ghp_${CANARY}abcdefghij0123456789`,
  `sk-${CANARY}abcdefghij0123456789`,
  `eyJ${CANARY}abcdefghij.eyJhbGciOiJ.abc`,
  `AKIA${CANARY.toUpperCase()}ABCD`,
  `-----BEGIN PRIVATE KEY----- ${CANARY}`,
  `${CANARY}0123456789abcdefABCDEF0123456789`,
];

for (const secret of secrets) {
  test(`a secret is kept out of everything: ${secret.replaceAll(CANARY, '...')}`, () => {
    const line = (command: string) => `ann@box:~$ ${command}\n`;
    const text =
      line(`node x ${secret}`) +
      `Error: refused ${secret}\n` +
      line(`touch ${secret}`) +
      line(`node x ${secret}`) +
      line(`npm test ${secret}`) +
      line(`${secret} npm test`) +
      line(`npm i left-pad ${secret}`) +
      line('exit');
    const said = JSON.stringify(learn(text));
    assert.ok(!said.toLowerCase().includes(CANARY.toLowerCase()), said);
    assert.ok(said.includes('gotcha') && !/on `[^`]*\*\*\*/.test(said), said);
  });
}

test('what is no secret stays', () => {
  for (const text of [
    'NODE_ENV=test npm test',
    'git commit -m "fix the token parser"',
    'SyntaxError: Unexpected token } in JSON at position 4',
    'cd packages/my-very-long-package-name-2024/src/components',
    'docker run -p 8080:80 nginx',
    'error: could not find `Cargo.toml` in `/home/ann/x`',
    'npm i @types/node@20.19.43',
  ])
    assert.equal(mask(text), text);
});
