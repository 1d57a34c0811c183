/** What terminals show at the end of sessions in which things were tested, built and brought in. */
import type { Scrollback } from './scrollbacks.js';

export const work: readonly Scrollback[] = [
  {
    name: 'what is printed by npm and yarn looks like prompts, but is none',
    text: `
ann@box:~/web$ yarn build
yarn run v1.22.22
$ tsc && vite build
src/App.tsx(4,7): error TS2322: Type 'string' is not assignable to type 'number'.
error Command failed with exit code 2.
ann@box:~/web$ npm run build

> web@0.0.0 build
> tsc && vite build

✓ built in 1.44s
ann@box:~/web$ `,
    teaches: ['build: npm run build'],
  },
  {
    name: 'run in a directory below, with a variable and a redirection',
    text: `
[ann@box mono]$ cd packages/api && NODE_ENV=test npm test > /tmp/log 2>&1
[ann@box api]$ cd ../.. && make
cc -O2 -o tool tool.c
[ann@box mono]$ make test | tee out.txt
all tests passed
[ann@box mono]$`,
    teaches: ['test: cd packages/api && npm test', 'build: cd ../.. && make', 'test: make test'],
  },
  {
    name: 'several lines to a prompt, several to a command, and a clock at the right',
    text: `
╭─ann@box ~/infra
╰─$ make test                                                        12:30:01
ok
╭─ann@box ~/infra
╰─$ docker build \\
>   -t infra \\
>   .
naming to docker.io/library/infra done
╭─ann@box ~/infra
╰─$ `,
    teaches: ['test: make test', 'build: docker build -t infra .'],
  },
  {
    name: 'Gradle, Maven, mix, bundler, dotnet and their kin',
    text: `
ann@box:~/a$ ./gradlew test
BUILD SUCCESSFUL in 12s
ann@box:~/a$ mvn -q clean package
ann@box:~/a$ mix test
Finished in 0.1 seconds
ann@box:~/a$ bundle add rspec-rails
ann@box:~/a$ bundle exec rspec spec/models/user_spec.rb:12
1 example, 0 failures
ann@box:~/a$ bundle exec rspec
31 examples, 0 failures
ann@box:~/a$ dotnet add src/Shop package Dapper --version 2.1.35
ann@box:~/a$ composer require --dev pestphp/pest
ann@box:~/a$`,
    teaches: [
      'test: ./gradlew test',
      'build: mvn -q clean package',
      'test: mix test',
      'test: bundle exec rspec',
      'dependency: Depends on `rspec-rails` (bundler). (Brought in with `bundle add rspec-rails`.)',
      'dependency: Depends on `Dapper` (nuget). (Brought in with `dotnet add src/Shop package Dapper --version 2.1.35`.)',
      'dependency: Depends on `pestphp/pest` (composer). (Brought in with `composer require --dev pestphp/pest`.)',
    ],
  },
  {
    name: 'progress drawn over itself, in colours',
    text: '\u001b[32mann@box\u001b[0m:\u001b[34m~/x\u001b[0m$ pnpm add -D vite\r\nProgress: resolved 1\rProgress: resolved 14\rDone in 1.2s\r\n\u001b]0;ann@box: ~/x\u0007ann@box:~/x$ pnpm build\r\n\u001b[31merror\u001b[0m: something\r\nann@box:~/x$ exit\r\n',
    teaches: ['dependency: Depends on `vite` (pnpm). (Brought in with `pnpm add -D vite`.)'],
  },
  {
    name: 'a command nothing follows',
    text: `
ann@box:~/x$ npm test

> x@1.0.0 test
> node --test

# pass 12
# fail 0`,
    teaches: ['test: npm test'],
  },
  {
    name: 'a script whose name was mistyped, which is no lesson',
    text: 'ann@box:~$ npm run biuld\nnpm error Missing script: "biuld"\nann@box:~$ npm run build\nbuilt\nann@box:~$ ',
    teaches: ['build: npm run build'],
  },
];
