/** What terminals show at the end of sessions that teach something, and what it is. */

export interface Scrollback {
  readonly name: string;
  readonly text: string;
  /** Each as `kind: what it says`. */
  readonly teaches: readonly string[];
}

export const scrollbacks: readonly Scrollback[] = [
  {
    name: 'bash: a module is missing, installed, and the tests pass',
    text: `
ann@box:~/shop$ npm test

> shop@1.0.0 test
> jest

node:internal/modules/cjs/loader:1228
  throw err;
  ^

Error: Cannot find module 'lodash'
Require stack:
- /home/ann/shop/src/cart.js
npm error Test failed.  See above for more details.
ann@box:~/shop$ npm install lodash

added 1 package, and audited 312 packages in 2s
found 0 vulnerabilities
ann@box:~/shop$ npm test

> shop@1.0.0 test
> jest

PASS test/cart.test.js
Tests:       4 passed, 4 total
ann@box:~/shop$ exit`,
    teaches: [
      "gotcha: Error: Cannot find module 'lodash'. What helped: `npm install lodash`. (After `npm test`.)",
      'test: npm test',
      'dependency: Depends on `lodash` (npm). (Brought in with `npm install lodash`.)',
    ],
  },
  {
    name: 'zsh on a Mac: python is python3',
    text: `
ann@mac reports % python build.py
zsh: command not found: python
ann@mac reports % python3 build.py
wrote 12 pages
ann@mac reports % `,
    teaches: ['gotcha: zsh: command not found: python. What helped: `python3 build.py`. (After `python build.py`.)'],
  },
  {
    name: 'fish: a port that is taken is freed',
    text: `
ann@box ~/api> node server.js
node:events:497
      throw er; // Unhandled 'error' event
      ^

Error: listen EADDRINUSE: address already in use :::3000
    at Server.setupListenHandle [as _listen2] (node:net:1908:16)
ann@box ~/api [1]> lsof -ti :3000
4711
ann@box ~/api> kill 4711
ann@box ~/api> node server.js
listening on 3000
ann@box ~/api> `,
    teaches: [
      'gotcha: Error: listen EADDRINUSE: address already in use :::3000. What helped: `kill 4711`. (After `node server.js`.)',
    ],
  },
  {
    name: 'starship: an import is missing in Rust, the file is edited, it builds and its tests pass',
    text: `
grepper on  main is 📦 v0.4.0 via 🦀 v1.82.0
❯ cargo build
   Compiling grepper v0.4.0 (/home/ann/grepper)
error[E0433]: failed to resolve: use of undeclared type \`HashMap\`
 --> src/search.rs:4:17
  |
4 |     let mut seen = HashMap::new();
  |                 ^^^^^^^ use of undeclared type

error: could not compile \`grepper\` (bin "grepper") due to 1 previous error

grepper on  main is 📦 v0.4.0 via 🦀 v1.82.0 took 2s
❯ vim src/search.rs

grepper on  main [!] is 📦 v0.4.0 via 🦀 v1.82.0 took 9s
❯ cargo build
   Compiling grepper v0.4.0 (/home/ann/grepper)
    Finished \`dev\` profile [unoptimized + debuginfo] target(s) in 1.02s

grepper on  main [!] is 📦 v0.4.0 via 🦀 v1.82.0
❯ cargo test
running 3 tests
test search::tests::finds ... ok
test result: ok. 3 passed; 0 failed; 0 ignored

❯`,
    teaches: [
      'gotcha: error[E0433]: failed to resolve: use of undeclared type `HashMap`. What helped: `vim src/search.rs`. (After `cargo build`.)',
      'build: cargo build',
      'test: cargo test',
    ],
  },
  {
    name: 'oh-my-zsh: a branch without upstream',
    text: `
➜  shop git:(feature/cart) git push
fatal: The current branch feature/cart has no upstream branch.
To push the current branch and set the remote as upstream, use

    git push --set-upstream origin feature/cart

➜  shop git:(feature/cart) ✗ git push --set-upstream origin feature/cart
Enumerating objects: 5, done.
To github.com:ann/shop.git
 * [new branch]      feature/cart -> feature/cart
➜  shop git:(feature/cart) `,
    teaches: [
      'gotcha: fatal: The current branch feature/cart has no upstream branch. What helped: `git push --set-upstream origin feature/cart`. (After `git push`.)',
    ],
  },
  {
    name: 'root in a container: a header is missing, installed by apt',
    text: `
root@3f2a7c1e9b:/app# pip install psycopg2
Collecting psycopg2
  error: subprocess-exited-with-error
  Error: pg_config executable not found.
root@3f2a7c1e9b:/app# apt-get install -y libpq-dev gcc
Setting up libpq-dev (15.8-0+deb12u1) ...
root@3f2a7c1e9b:/app# pip install psycopg2
Successfully installed psycopg2-2.9.10
root@3f2a7c1e9b:/app# python -m pytest -q
....                                                                     [100%]
4 passed in 0.12s
root@3f2a7c1e9b:/app# exit`,
    teaches: [
      'gotcha: Error: pg_config executable not found. What helped: `apt-get install -y libpq-dev gcc`. (After `pip install psycopg2`.)',
      'test: python -m pytest -q',
      'dependency: Depends on `libpq-dev` (apt). (Brought in with `apt-get install -y libpq-dev gcc`.)',
      'dependency: Depends on `gcc` (apt). (Brought in with `apt-get install -y libpq-dev gcc`.)',
      'dependency: Depends on `psycopg2` (pip). (Brought in with `pip install psycopg2`.)',
    ],
  },
  {
    name: 'a virtual environment: two errors one after another, each with its own end',
    text: `
(.venv) ann@box:~/catalog$ pytest
ImportError while loading conftest '/home/ann/catalog/tests/conftest.py'.
E   ModuleNotFoundError: No module named 'httpx'
(.venv) ann@box:~/catalog$ pip install httpx
Successfully installed httpx-0.27.2
(.venv) ann@box:~/catalog$ pytest
E   sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such table: items
=========================== short test summary info ============================
FAILED tests/test_items.py::test_list - sqlalchemy.exc.OperationalError
1 failed in 0.40s
(.venv) ann@box:~/catalog$ alembic upgrade head
INFO  [alembic.runtime.migration] Running upgrade  -> 4f1, items
(.venv) ann@box:~/catalog$ pytest
============================== 7 passed in 0.52s ===============================
(.venv) ann@box:~/catalog$ `,
    teaches: [
      "gotcha: ModuleNotFoundError: No module named 'httpx'. What helped: `pip install httpx`. (After `pytest`.)",
      'gotcha: sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such table: items. What helped: `alembic upgrade head`. (After `pytest`.)',
      'test: pytest',
      'dependency: Depends on `httpx` (pip). (Brought in with `pip install httpx`.)',
    ],
  },
  {
    name: 'a bare dollar: Go, with dependencies and secrets',
    text: `
$ go build ./...
main.go:6:2: no required module provides package github.com/gin-gonic/gin; to add it:
	go get github.com/gin-gonic/gin
$ export DATABASE_URL=postgres://app:hunter2@db.example/app
$ go get github.com/gin-gonic/gin@v1.10.0
go: added github.com/gin-gonic/gin v1.10.0
$ go test ./... -run TestLedger
ok  	github.com/acme/ledger/internal/store	0.012s
$ go test ./...
ok  	github.com/acme/ledger/internal/store	0.014s
$ API_TOKEN=ghp_abcdefghijklmnopqrstuvwxyz0123456789 go run ./cmd/ledger --password=hunter2
error: connection refused by https://ann:hunter2@api.example
$ docker compose up -d db
$ API_TOKEN=ghp_abcdefghijklmnopqrstuvwxyz0123456789 go run ./cmd/ledger --password=hunter2
listening
$`,
    teaches: [
      'gotcha: error: connection refused by https://***@api.example. What helped: `docker compose up -d db`. (After `API_TOKEN=*** go run ./cmd/ledger --password=***`.)',
      'build: go build ./...',
      'test: go test ./...',
      'dependency: Depends on `github.com/gin-gonic/gin@v1.10.0` (go). (Brought in with `go get github.com/gin-gonic/gin@v1.10.0`.)',
    ],
  },
  {
    name: 'permission: the same with sudo',
    text: `
ann@box:~$ systemctl restart nginx
Failed to restart nginx.service: Access denied
See system logs and 'systemctl status nginx.service' for details.
ann@box:~$ mkdir /srv/site
mkdir: cannot create directory '/srv/site': Permission denied
ann@box:~$ sudo mkdir /srv/site
ann@box:~$`,
    teaches: [
      "gotcha: mkdir: cannot create directory '/srv/site': Permission denied. What helped: `sudo mkdir /srv/site`. (After `mkdir /srv/site`.)",
    ],
  },
  {
    name: 'a program that is not on the PATH is run by npx',
    text: `
~/web ❯ vitest run
zsh: command not found: vitest
~/web ❯ npx vitest run
 ✓ src/cart.test.ts (3 tests) 4ms
 Test Files  1 passed (1)
~/web ❯ `,
    teaches: [
      'gotcha: zsh: command not found: vitest. What helped: `npx vitest run`. (After `vitest run`.)',
      'test: npx vitest run',
    ],
  },
  {
    name: 'what was tried in vain is not what helped',
    text: `
ann@box:~/x$ ./serve
Error: config.json is missing
ann@box:~/x$ cp config.example.json config.json
cp: cannot stat 'config.example.json': No such file or directory
ann@box:~/x$ ls
ann@box:~/x$ touch config.json
ann@box:~/x$ ./serve
up
ann@box:~/x$ `,
    teaches: ['gotcha: Error: config.json is missing. What helped: `touch config.json`. (After `./serve`.)'],
  },
];
