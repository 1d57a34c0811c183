/** Projects with pages, and what each is. */
import type { Example } from './example.js';

export const webProjects: readonly Example[] = [
  {
    name: 'Next.js',
    empty:
      'pnpm-lock.yaml next.config.ts tsconfig.json eslint.config.mjs next-env.d.ts app/page.tsx app/layout.tsx app/globals.css public/logo.svg',
    texts: {
      'package.json':
        '{"name":"shop","private":true,"scripts":{"dev":"next dev --turbopack","build":"next build","start":"next start","lint":"eslint"},"dependencies":{"next":"15.1.0","react":"^19.0.0","react-dom":"^19.0.0"},"devDependencies":{"typescript":"^5","tailwindcss":"^4","eslint":"^9","vitest":"^3.0.0"}}',
      '.github/workflows/ci.yml': 'on: push',
    },
    is: {
      languages: 'TypeScript 2 66.7%, CSS 1 33.3%',
      primaryLanguage: 'TypeScript',
      category: 'web',
      framework: 'Next.js',
      packageManager: 'pnpm',
      testRunner: 'vitest',
      linter: 'eslint',
      buildTool: 'next',
      needs: 'next 15.1.0, react ^19.0.0, react-dom ^19.0.0',
      needsToMake: 'eslint ^9, tailwindcss ^4, typescript ^5, vitest ^3.0.0',
      ci: 'GitHub Actions',
      commands: ['install: pnpm install', 'dev: pnpm dev', 'test: pnpm exec vitest run', 'build: pnpm build'],
    },
  },
  {
    name: 'Vite with React',
    empty:
      'package-lock.json vite.config.ts eslint.config.js index.html tsconfig.json src/main.tsx src/App.tsx src/App.css',
    texts: {
      'package.json':
        '{"name":"board","private":true,"type":"module","scripts":{"dev":"vite","build":"tsc -b && vite build","lint":"eslint .","preview":"vite preview"},"dependencies":{"react":"^19.1.0","react-dom":"^19.1.0"},"devDependencies":{"@vitejs/plugin-react":"^4.4.1","eslint":"^9.25.0","typescript":"~5.8.3","vite":"^6.3.5"}}',
    },
    is: {
      languages: 'TypeScript 2 50%, CSS 1 25%, HTML 1 25%',
      primaryLanguage: 'TypeScript',
      category: 'web',
      framework: 'React',
      packageManager: 'npm',
      linter: 'eslint',
      buildTool: 'vite',
      needs: 'react ^19.1.0, react-dom ^19.1.0',
      needsToMake: '@vitejs/plugin-react ^4.4.1, eslint ^9.25.0, typescript ~5.8.3, vite ^6.3.5',
      commands: ['install: npm install', 'dev: npm run dev', 'build: npm run build'],
    },
  },
  {
    name: 'Vue',
    empty: 'yarn.lock vite.config.js index.html src/App.vue src/components/Cart.vue src/main.js .gitlab-ci.yml',
    texts: {
      'package.json':
        '{"name":"store-front","scripts":{"dev":"vite","build":"vite build","test:unit":"vitest"},"dependencies":{"vue":"^3.5.13","pinia":"^3.0.1"},"devDependencies":{"vite":"^6.2.4","vitest":"^3.1.1","@vitejs/plugin-vue":"^5.2.3"}}',
    },
    is: {
      languages: 'Vue 2 50%, HTML 1 25%, JavaScript 1 25%',
      primaryLanguage: 'Vue',
      category: 'web',
      framework: 'Vue',
      packageManager: 'yarn',
      testRunner: 'vitest',
      buildTool: 'vite',
      needs: 'pinia ^3.0.1, vue ^3.5.13',
      needsToMake: '@vitejs/plugin-vue ^5.2.3, vite ^6.2.4, vitest ^3.1.1',
      ci: 'GitLab CI',
      commands: ['install: yarn install', 'dev: yarn dev', 'test: yarn test:unit', 'build: yarn build'],
    },
  },
  {
    name: 'Svelte',
    empty: 'package-lock.json svelte.config.js vite.config.ts src/routes/+page.svelte src/app.html src/lib/index.ts',
    texts: {
      'package.json':
        '{"name":"notes","type":"module","scripts":{"dev":"vite dev","build":"vite build","test":"vitest run"},"devDependencies":{"@sveltejs/kit":"^2.16.0","@sveltejs/adapter-auto":"^6.0.0","svelte":"^5.0.0","vite":"^6.2.6","vitest":"^3.0.0"}}',
    },
    is: {
      languages: 'HTML 1 33.3%, Svelte 1 33.3%, TypeScript 1 33.3%',
      primaryLanguage: 'Svelte',
      category: 'web',
      framework: 'SvelteKit',
      packageManager: 'npm',
      testRunner: 'vitest',
      buildTool: 'vite',
      needsToMake: '@sveltejs/adapter-auto ^6.0.0, @sveltejs/kit ^2.16.0, svelte ^5.0.0, vite ^6.2.6, vitest ^3.0.0',
      commands: ['install: npm install', 'dev: npm run dev', 'test: npm test', 'build: npm run build'],
    },
  },
  {
    name: 'Express',
    empty: 'package-lock.json index.js routes/orders.js test/orders.test.js .eslintrc.json',
    texts: {
      'package.json':
        '{"name":"orders","version":"1.0.0","main":"index.js","scripts":{"start":"node index.js","test":"mocha"},"dependencies":{"express":"^4.19.2","pg":"^8.11.5"},"devDependencies":{"mocha":"^10.4.0","nodemon":"^3.1.0"}}',
    },
    is: {
      languages: 'JavaScript 3 100%',
      primaryLanguage: 'JavaScript',
      category: 'api',
      framework: 'Express',
      packageManager: 'npm',
      testRunner: 'mocha',
      linter: 'eslint',
      needs: 'express ^4.19.2, pg ^8.11.5',
      needsToMake: 'mocha ^10.4.0, nodemon ^3.1.0',
      commands: ['install: npm install', 'dev: npm start', 'test: npm test'],
    },
  },
  {
    name: 'Fastify',
    empty: 'package-lock.json biome.json tsconfig.json src/server.ts src/routes/health.ts',
    texts: {
      'package.json':
        '{"name":"gateway","type":"module","scripts":{"dev":"tsx watch src/server.ts","build":"tsc","test":"node --import tsx --test"},"dependencies":{"fastify":"^5.2.0","@fastify/cors":"^10.0.0"},"devDependencies":{"typescript":"^5.7.0","tsx":"^4.19.0","@biomejs/biome":"^1.9.0"}}',
    },
    is: {
      languages: 'TypeScript 2 100%',
      primaryLanguage: 'TypeScript',
      category: 'api',
      framework: 'Fastify',
      packageManager: 'npm',
      testRunner: 'node:test',
      linter: 'biome',
      buildTool: 'tsc',
      needs: '@fastify/cors ^10.0.0, fastify ^5.2.0',
      needsToMake: '@biomejs/biome ^1.9.0, tsx ^4.19.0, typescript ^5.7.0',
      commands: ['install: npm install', 'dev: npm run dev', 'test: npm test', 'build: npm run build'],
    },
  },
  {
    name: 'Nest',
    empty:
      'package-lock.json nest-cli.json eslint.config.mjs tsconfig.json src/main.ts src/app.module.ts src/app.controller.spec.ts',
    texts: {
      'package.json':
        '{"name":"billing","scripts":{"build":"nest build","start":"nest start","start:dev":"nest start --watch","test":"jest"},"dependencies":{"@nestjs/common":"^11.0.1","@nestjs/core":"^11.0.1","@nestjs/platform-express":"^11.0.1"},"devDependencies":{"@nestjs/cli":"^11.0.0","jest":"^29.7.0","ts-jest":"^29.2.5","eslint":"^9.18.0","typescript":"^5.7.3"},"jest":{"rootDir":"src"}}',
    },
    is: {
      languages: 'TypeScript 3 100%',
      primaryLanguage: 'TypeScript',
      category: 'api',
      framework: 'NestJS',
      packageManager: 'npm',
      testRunner: 'jest',
      linter: 'eslint',
      buildTool: 'nest',
      needs: '@nestjs/common ^11.0.1, @nestjs/core ^11.0.1, @nestjs/platform-express ^11.0.1',
      needsToMake: '@nestjs/cli ^11.0.0, eslint ^9.18.0, jest ^29.7.0, ts-jest ^29.2.5, typescript ^5.7.3',
      commands: ['install: npm install', 'dev: npm run start:dev', 'test: npm test', 'build: npm run build'],
    },
  },
  {
    name: 'a site of plain pages',
    empty: 'index.html about.html style.css script.min.js',
    texts: {},
    is: {
      languages: 'HTML 2 66.7%, CSS 1 33.3%',
      primaryLanguage: 'HTML',
      category: 'web',
    },
  },
];
