/** Frameworks: by the files only they have, then by what a project depends on. */
import type { Project } from '#protocol';
import { depends, type Merged } from './ecosystems/ecosystem.js';
import type { Seen } from './ecosystems/seen.js';

/** Files of the root and packages are proof, any of them; what builds it is named where that is a tool of its own. */
type Row = readonly [
  name: string,
  ecosystems: string,
  category: Project['category'],
  files: string,
  packages: string,
  buildTool?: string,
];

/** Those built on others stand before them. */
const table: readonly Row[] = [
  ['Next.js', 'node deno', 'web', 'next.config.*', 'next', 'next'],
  ['Nuxt', 'node deno', 'web', 'nuxt.config.*', 'nuxt', 'nuxt'],
  ['Expo', 'node deno', 'mobile', '', 'expo', 'expo'],
  ['React Native', 'node deno', 'mobile', 'react-native.config.*', 'react-native', 'metro'],
  ['Electron', 'node deno', 'desktop', 'forge.config.* electron-builder.* electron.vite.config.*', 'electron'],
  ['Tauri', 'node deno rust', 'desktop', 'src-tauri/tauri.conf.json', '@tauri-apps/api tauri'],
  ['Angular', 'node deno', 'web', 'angular.json', '@angular/core', 'ng'],
  ['SvelteKit', 'node deno', 'web', '', '@sveltejs/kit'],
  ['Remix', 'node deno', 'web', 'remix.config.*', '@remix-run/react @remix-run/node'],
  ['React Router', 'node deno', 'web', 'react-router.config.*', '@react-router/dev'],
  ['TanStack Start', 'node deno', 'web', '', '@tanstack/react-start'],
  ['Astro', 'node deno', 'web', 'astro.config.*', 'astro', 'astro'],
  ['Gatsby', 'node deno', 'web', 'gatsby-config.*', 'gatsby', 'gatsby'],
  ['Docusaurus', 'node deno', 'web', 'docusaurus.config.*', '@docusaurus/core'],
  ['Fresh', 'deno', 'web', 'fresh.config.* fresh.gen.ts', '@fresh/core'],
  ['NestJS', 'node deno', 'api', 'nest-cli.json', '@nestjs/core', 'nest'],
  ['AdonisJS', 'node deno', 'web', 'adonisrc.* .adonisrc.json', '@adonisjs/core'],
  ['Ionic', 'node deno', 'mobile', 'ionic.config.json', '@ionic/core'],
  ['Svelte', 'node deno', 'web', '', 'svelte'],
  ['Vue', 'node deno', 'web', 'vue.config.*', 'vue'],
  ['SolidJS', 'node deno', 'web', '', 'solid-js'],
  ['Preact', 'node deno', 'web', '', 'preact'],
  ['Fastify', 'node deno', 'api', '', 'fastify'],
  ['Hono', 'node deno', 'api', '', 'hono @hono/hono'],
  ['Koa', 'node deno', 'api', '', 'koa'],
  ['Oak', 'deno', 'api', '', '@oak/oak'],
  ['Elysia', 'node deno', 'api', '', 'elysia'],
  ['Express', 'node deno', 'api', '', 'express'],
  // After the servers: many a server draws its pages with it.
  ['React', 'node deno', 'web', '', 'react'],
  ['Lit', 'node deno', 'web', '', 'lit'],
  ['Django', 'python', 'web', 'manage.py', 'django Django'],
  ['FastAPI', 'python', 'api', '', 'fastapi FastAPI'],
  ['Flask', 'python', 'web', '', 'flask Flask'],
  ['Streamlit', 'python', 'data', '', 'streamlit'],
  ['Starlette', 'python', 'api', '', 'starlette'],
  ['aiohttp', 'python', 'api', '', 'aiohttp'],
  ['Tornado', 'python', 'web', '', 'tornado'],
  ['Ruby on Rails', 'ruby', 'web', 'bin/rails config/application.rb', 'rails'],
  ['Sinatra', 'ruby', 'web', '', 'sinatra'],
  ['Hanami', 'ruby', 'web', '', 'hanami'],
  ['Jekyll', 'ruby', 'web', '', 'jekyll'],
  ['Laravel', 'php', 'web', 'artisan', 'laravel/framework'],
  ['Symfony', 'php', 'web', 'symfony.lock', 'symfony/framework-bundle'],
  ['WordPress', 'php', 'web', 'wp-config.php wp-config-sample.php', ''],
  ['Slim', 'php', 'api', '', 'slim/slim'],
  [
    'Spring Boot',
    'maven gradle',
    'api',
    '',
    'org.springframework.boot org.springframework.boot:spring-boot-starter-parent org.springframework.boot:spring-boot-starter org.springframework.boot:spring-boot-starter-web alias:spring.boot',
  ],
  [
    'Quarkus',
    'maven gradle',
    'api',
    '',
    'io.quarkus io.quarkus:quarkus-core io.quarkus:quarkus-rest io.quarkus:quarkus-arc',
  ],
  [
    'Micronaut',
    'maven gradle',
    'api',
    '',
    'io.micronaut.application io.micronaut.platform:micronaut-parent io.micronaut:micronaut-inject',
  ],
  ['Ktor', 'maven gradle', 'api', '', 'io.ktor.plugin io.ktor:ktor-server-core io.ktor:ktor-server-core-jvm'],
  [
    'Android',
    'gradle',
    'mobile',
    '',
    'com.android.application com.android.library alias:android.application alias:android.library',
  ],
  ['Phoenix', 'elixir', 'web', '', 'phoenix'],
  ['Axum', 'rust', 'api', '', 'axum'],
  ['Actix Web', 'rust', 'api', '', 'actix-web'],
  ['Rocket', 'rust', 'api', 'Rocket.toml', 'rocket'],
  ['Leptos', 'rust', 'web', '', 'leptos'],
  ['Bevy', 'rust', 'desktop', '', 'bevy'],
  ['Gin', 'go', 'api', '', 'github.com/gin-gonic/gin'],
  ['Echo', 'go', 'api', '', 'github.com/labstack/echo/v4 github.com/labstack/echo/v5'],
  ['Fiber', 'go', 'api', '', 'github.com/gofiber/fiber/v2 github.com/gofiber/fiber/v3'],
  ['chi', 'go', 'api', '', 'github.com/go-chi/chi/v5'],
  ['Flutter', 'dart', 'mobile', '', 'flutter'],
  ['ASP.NET Core', 'dotnet', 'api', '', 'Microsoft.NET.Sdk.Web'],
  ['Blazor', 'dotnet', 'web', '', 'Microsoft.NET.Sdk.BlazorWebAssembly'],
  ['.NET MAUI', 'dotnet', 'mobile', '', 'UseMaui'],
  ['WPF', 'dotnet', 'desktop', '', 'UseWPF'],
  ['Windows Forms', 'dotnet', 'desktop', '', 'UseWindowsForms'],
  ['Vapor', 'swift', 'api', '', 'vapor'],
  ['Qt', 'native', 'desktop', '', 'Qt5 Qt6'],
];

export interface Framework {
  readonly name: string;
  readonly category: Project['category'];
  readonly buildTool: string | undefined;
}

const words = (text: string) => text.split(' ').filter((each) => each !== '');
const frameworks = table.map(([name, ecosystems, category, files, packages, buildTool]) => ({
  ...{ name, category, buildTool, ecosystems: words(ecosystems), files: words(files), packages: words(packages) },
}));

/** The framework of one ecosystem's part of a directory. */
export function frameworkOf(ecosystem: string, seen: Seen, manifest: Merged): Framework | undefined {
  const its = frameworks.filter(({ ecosystems }) => ecosystems.includes(ecosystem));
  return its.find(({ files }) => seen.has(...files)) ?? its.find(({ packages }) => depends(manifest, ...packages));
}
