/** What terminals show at the end of sessions that teach nothing. */
import type { Scrollback } from './scrollbacks.js';

const agent = `
╭───────────────────────────────────────────────╮
│ ✻ Welcome!                                    │
╰───────────────────────────────────────────────╯

> npm test fails with an error, please fix it

● I'll run the tests to see the error.

● Bash(npm test)
  ⎿  Error: Cannot find module 'lodash'
     npm error Test failed.

● Bash(npm install lodash)
  ⎿  added 1 package

● Bash(npm test)
  ⎿  PASS test/cart.test.js

● The tests pass now: lodash was missing.

> thanks, and why was that an error?

● Because the package was not in package.json.

? for shortcuts
`;

export const silent: readonly Scrollback[] = [
  { name: 'nothing', text: '', teaches: [] },
  { name: 'an agent that was talked to', text: agent, teaches: [] },
  {
    name: 'an agent started from a shell, twice, with work between',
    text: `ann@box:~/x$ claude\n${agent}\nann@box:~/x$ git add -A\nann@box:~/x$ claude\nBye!\nann@box:~/x$ `,
    teaches: [],
  },
  {
    name: 'an editor that filled the screen',
    text: '# Errors\n\nAn error: it is handled.\n$ npm test\n~\n~\n~\n"notes.md" 4L, 60B                  1,1           All',
    teaches: [],
  },
  {
    name: 'a list of processes',
    text: '  PID USER      PR  NI    VIRT    RES  COMMAND\n 4711 ann       20   0  1.1g   90m  node server.js\n % Cpu(s):  1.0 us\n',
    teaches: [],
  },
  {
    name: 'prose about errors, read in a pager',
    text: `ann@box:~$ cat ERRORS.md
# Errors
Error: this is only an example
$ npm test
fatal: not a fatality
ann@box:~$ git status
ann@box:~$ cat ERRORS.md
nothing
ann@box:~$`,
    teaches: [],
  },
  {
    name: 'a mail with quotations',
    text: '> npm test is what we ran\n> and the error is gone\n> make sure that it stays so\nYes. Error: none.\n',
    teaches: [],
  },
  {
    name: 'a typing mistake',
    text: 'ann@box:~$ git stauts\ngit: \'stauts\' is not a git command.\nerror: see git --help\nann@box:~$ git status\nOn branch main\nann@box:~$ npm run biuld\nnpm error Missing script: "biuld"\nann@box:~$ npm run bild\nnpm error Missing script: "bild"\nann@box:~$ ',
    teaches: [],
  },
  {
    name: 'an error that went away by itself, and one that never did',
    text: 'ann@box:~$ curl -f https://x.example/a.sh -o a.sh\ncurl: (22) error: 503\nann@box:~$ ls\nann@box:~$ sh a.sh\nerror: flaky\nann@box:~$ sh a.sh\nok\nann@box:~$ sh b.sh\nerror: never\nann@box:~$ touch x\nann@box:~$ sh b.sh\nerror: never\nann@box:~$ touch y\nann@box:~$ sh b.sh\nerror: not this time either\nann@box:~$ ',
    teaches: [],
  },
  {
    name: 'a run that was interrupted',
    text: 'ann@box:~$ npm test\n^C\nann@box:~$ ls\nann@box:~$ ',
    teaches: [],
  },
  {
    name: 'what would be a success whatever happened',
    text: 'ann@box:~$ npm test || true\nann@box:~$ npm test -- --watch\nann@box:~$ npm test --help\nann@box:~$ echo "npm test"\nann@box:~$ ',
    teaches: [],
  },
  {
    name: 'an agent whose prompt is that of a shell, talked to more than it is told commands',
    text: '❯ git status\n● On branch main\n❯ why is there an error in the tests?\n● Let me see.\n❯ npm test\n● Fine.\n❯ thanks, that is what I wanted\n❯ and could you please run it again?\n',
    teaches: [],
  },
];
