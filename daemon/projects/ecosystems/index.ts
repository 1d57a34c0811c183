/** All ecosystems, and which file is whose. */
import { dart } from './dart.js';
import { deno } from './deno.js';
import { dotnet } from './dotnet.js';
import type { Ecosystem, Manifest } from './ecosystem.js';
import { elixir } from './elixir.js';
import { go } from './go.js';
import { gradle, maven } from './jvm.js';
import { make, native } from './native.js';
import { node } from './node.js';
import { php } from './php.js';
import { python } from './python.js';
import { ruby } from './ruby.js';
import { rust } from './rust.js';
import { fits, nameOf } from './seen.js';
import { swift } from './swift.js';
import { terraform } from './terraform.js';

/** Of two with as many files the first leads: others come along with those further up more often than the reverse. */
export const ecosystems: readonly Ecosystem[] = [
  ...[dart, php, ruby, elixir, python, rust, go, maven, gradle, dotnet, swift, deno, node],
  ...[terraform, native, make],
];

const patterns = ecosystems.flatMap(({ manifests }) => manifests);
const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')));
const open = patterns.filter((pattern) => pattern.includes('*'));

/** Whether a file is to be read. */
export function isManifest(path: string): boolean {
  return exact.has(nameOf(path)) || open.some((pattern) => fits(path, pattern));
}

/** What a file says to an ecosystem whose manifest it is. */
export interface Said {
  readonly ecosystem: Ecosystem;
  readonly path: string;
  readonly manifest: Manifest;
}

/** Of one file; more are a list nobody wrote. */
const DEPENDENCIES = 500;

/** What a manifest says; nothing when it makes no sense. */
export function readManifest(path: string, text: string): Said[] {
  const its = ecosystems.filter(({ manifests }) => manifests.some((pattern) => fits(path, pattern)));
  return its.map((ecosystem) => {
    const manifest = ecosystem.read(text, path) ?? {};
    const dependencies = (manifest.dependencies ?? []).slice(0, DEPENDENCIES);
    return { ecosystem, path, manifest: { ...manifest, dependencies } };
  });
}
