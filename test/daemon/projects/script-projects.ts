/** Projects in JavaScript and TypeScript, and what each is. */
import type { Example } from './example.js';

export const scriptProjects: readonly Example[] = [
  {
    name: 'a command line in plain Node',
    empty: 'bin/greet.js lib/greet.js test/greet.test.js README.md',
    texts: {
      'package.json':
        '{"name":"greet","version":"0.3.1","bin":{"greet":"./bin/greet.js"},"scripts":{"test":"node --test"},"dependencies":{"commander":"^12.0.0"}}',
    },
    is: {
      languages: 'JavaScript 3 100%',
      primaryLanguage: 'JavaScript',
      category: 'cli',
      packageManager: 'npm',
      testRunner: 'node:test',
      needs: 'commander ^12.0.0',
      commands: ['install: npm install', 'test: npm test'],
    },
  },
  {
    name: 'a library that has no test yet',
    empty: 'index.js',
    texts: {
      'package.json':
        '{"name":"left-pad-two","version":"1.0.0","main":"index.js","scripts":{"test":"echo \\"Error: no test specified\\" && exit 1"},"license":"MIT"}',
    },
    is: {
      languages: 'JavaScript 1 100%',
      primaryLanguage: 'JavaScript',
      category: 'library',
      packageManager: 'npm',
      commands: ['install: npm install'],
    },
  },
  {
    name: 'a monorepo of pnpm and turbo',
    empty:
      'pnpm-lock.yaml turbo.json apps/web/next.config.mjs apps/web/app/page.tsx packages/ui/src/button.tsx packages/config/eslint.js',
    texts: {
      'package.json':
        '{"name":"acme","private":true,"packageManager":"pnpm@9.12.0","scripts":{"dev":"turbo dev","build":"turbo build","lint":"turbo lint"},"devDependencies":{"turbo":"^2.3.0","typescript":"5.7.2","prettier":"^3.4.0"}}',
      'pnpm-workspace.yaml': `packages:
  - "apps/*"
  - "packages/*"
`,
      'apps/web/package.json':
        '{"name":"web","dependencies":{"next":"15.0.3","@acme/ui":"workspace:*","react":"19.0.0"},"devDependencies":{"@acme/config":"workspace:*"}}',
      'packages/ui/package.json':
        '{"name":"@acme/ui","dependencies":{"react":"19.0.0"},"devDependencies":{"vitest":"^2.1.0"}}',
      'packages/config/package.json': '{"name":"@acme/config"}',
      'node_modules/react/package.json': '{"name":"react"}',
    },
    is: {
      languages: 'TypeScript 2 66.7%, JavaScript 1 33.3%',
      primaryLanguage: 'TypeScript',
      category: 'web',
      framework: 'Next.js',
      packageManager: 'pnpm',
      testRunner: 'vitest',
      buildTool: 'turbo',
      needs: 'next 15.0.3, react 19.0.0',
      needsToMake: 'prettier ^3.4.0, turbo ^2.3.0, typescript 5.7.2, vitest ^2.1.0',
      isMonorepo: true,
      commands: ['install: pnpm install', 'dev: pnpm dev', 'build: pnpm build'],
    },
  },
  {
    name: 'workspaces of npm',
    empty: 'package-lock.json packages/a/index.js packages/b/index.js',
    texts: {
      'package.json':
        '{"name":"tools","private":true,"workspaces":["packages/*"],"scripts":{"build":"npm run build --workspaces","test":"npm test --workspaces"},"devDependencies":{"esbuild":"0.24.0"}}',
      'packages/a/package.json': '{"name":"a","main":"index.js","dependencies":{"b":"1.0.0","zod":"3.23.8"}}',
      'packages/b/package.json': '{"name":"b","main":"index.js"}',
    },
    is: {
      languages: 'JavaScript 2 100%',
      primaryLanguage: 'JavaScript',
      category: 'library',
      packageManager: 'npm',
      buildTool: 'esbuild',
      needs: 'zod 3.23.8',
      needsToMake: 'esbuild 0.24.0',
      isMonorepo: true,
      commands: ['install: npm install', 'test: npm test', 'build: npm run build'],
    },
  },
  {
    name: 'Deno',
    empty: 'deno.lock main.ts main_test.ts',
    texts: {
      'deno.jsonc': `{
  // how it is started
  "tasks": { "dev": "deno run --watch main.ts", },
  "imports": { "@std/assert": "jsr:@std/assert@^1.0.0", "hono": "npm:hono@4", "local/": "./src/" } /* end */
}`,
    },
    is: {
      languages: 'TypeScript 2 100%',
      primaryLanguage: 'TypeScript',
      category: 'api',
      framework: 'Hono',
      packageManager: 'deno',
      testRunner: 'deno test',
      linter: 'deno lint',
      buildTool: 'deno',
      needs: '@std/assert ^1.0.0, hono 4',
      commands: ['install: deno install', 'dev: deno task dev', 'test: deno test'],
    },
  },
  {
    name: 'Bun',
    empty: 'bun.lock index.ts index.test.ts tsconfig.json',
    texts: {
      'package.json':
        '{"name":"feed","module":"index.ts","type":"module","private":true,"scripts":{"dev":"bun --watch index.ts","build":"bun build index.ts --outdir dist"},"dependencies":{"elysia":"^1.2.0"},"devDependencies":{"@types/bun":"latest"}}',
    },
    is: {
      languages: 'TypeScript 2 100%',
      primaryLanguage: 'TypeScript',
      category: 'api',
      framework: 'Elysia',
      packageManager: 'bun',
      testRunner: 'bun test',
      buildTool: 'bun',
      needs: 'elysia ^1.2.0',
      needsToMake: '@types/bun latest',
      commands: ['install: bun install', 'dev: bun run dev', 'test: bun test', 'build: bun run build'],
    },
  },
  {
    name: 'Electron',
    empty: 'package-lock.json main.js renderer.js index.html',
    texts: {
      'package.json':
        '{"name":"tray","main":"main.js","scripts":{"start":"electron ."},"devDependencies":{"electron":"^33.2.0"}}',
    },
    is: {
      languages: 'JavaScript 2 66.7%, HTML 1 33.3%',
      primaryLanguage: 'JavaScript',
      category: 'desktop',
      framework: 'Electron',
      packageManager: 'npm',
      needsToMake: 'electron ^33.2.0',
      commands: ['install: npm install', 'dev: npm start'],
    },
  },
  {
    name: 'a front end and a back end side by side',
    empty: 'frontend/src/App.jsx backend/main.py backend/models.py docker-compose.yml',
    texts: {
      'frontend/package.json':
        '{"name":"front","dependencies":{"react":"^18.3.1"},"devDependencies":{"vite":"^5.4.0"}}',
      'backend/requirements.txt': `fastapi
`,
    },
    is: {
      languages: 'Python 2 66.7%, JavaScript 1 33.3%',
      primaryLanguage: 'Python',
      category: 'api',
      framework: 'FastAPI',
      packageManager: 'pip',
      buildTool: 'vite',
      needs: 'fastapi, react ^18.3.1',
      needsToMake: 'vite ^5.4.0',
    },
  },
  {
    name: 'one with something of others beside it',
    empty: 'package-lock.json src/a.ts src/b.ts src/c.ts docs/conf.py tools/gen/main.go',
    texts: {
      'package.json': '{"name":"mixed","dependencies":{"hono":"4.6.0"},"scripts":{"dev":"tsx src/a.ts"}}',
      'requirements.txt': 'sphinx==8.1.3\n',
      'tools/gen/go.mod': 'module gen\nrequire github.com/spf13/cobra v1.8.1\n',
    },
    is: {
      languages: 'TypeScript 3 60%, Go 1 20%, Python 1 20%',
      primaryLanguage: 'TypeScript',
      category: 'api',
      framework: 'Hono',
      packageManager: 'npm',
      needs: 'hono 4.6.0, sphinx ==8.1.3',
      commands: ['install: npm install', 'dev: npm run dev'],
    },
  },
];
