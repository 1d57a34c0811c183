/** What users add to the manifests: `agents/<agent>.toml` in the data folder, each taken as a whole or not at all. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import * as z from 'zod';
import { BlockedKind } from '#protocol';
import type { Provider } from './evidence.js';
import { checkExpression } from './expression.js';
import type { Manifests } from './lives.js';
import { builtIn } from './manifests/index.js';
import { type Manifest, type Rule, regions } from './manifests/manifest.js';
import { createReader, type Reader } from './reading.js';
import { isRange } from './version.js';

export interface OverridesDeps {
  readonly folder: string;
  log(line: { level: 'info' | 'warn'; message: string; [key: string]: unknown }): void;
}

export interface LoadedManifests extends Manifests {
  /** Reads the files again. */
  load(): void;
}

export function createManifests(deps: OverridesDeps): LoadedManifests {
  let loaded = loadAll(deps);
  return {
    manifest: (provider) => loaded[provider].manifest,
    read: (provider) => loaded[provider].read,
    get all() {
      return Object.values(loaded).map(({ manifest }) => manifest);
    },
    load() {
      loaded = loadAll(deps);
    },
  };
}

interface Loaded {
  readonly manifest: Manifest;
  readonly read: Reader;
}

function loadAll(deps: OverridesDeps): Record<Provider, Loaded> {
  const each = Object.values(builtIn).map((own) => [own.provider, load(own, deps)] as const);
  return Object.fromEntries(each) as Record<Provider, Loaded>;
}

function load(own: Manifest, { folder, log }: OverridesDeps): Loaded {
  const path = join(folder, `${own.provider}.toml`);
  try {
    const text = readText(path);
    if (text === undefined) return { manifest: own, read: createReader(own) };
    const loaded = overridden(own, text);
    log({ level: 'info', message: 'the rules for an agent are changed by a file', path });
    return loaded;
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    const message = 'the file with rules for an agent is ignored as a whole: mend it and run rdv config reload';
    log({ level: 'warn', message, path, reason: error.message });
    return { manifest: own, read: createReader(own) };
  }
}

/** What is wrong with a file, for whoever wrote it. */
class Unfit extends Error {}

const MOST_BYTES = 256 * 1024;

function readText(path: string): string | undefined {
  try {
    const { size } = statSync(path);
    if (size > MOST_BYTES) throw new Unfit(`it has ${size} bytes, at most ${MOST_BYTES} are read`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw code === undefined ? error : new Unfit(message);
  }
}

const texts = z.array(z.string().min(1).max(1000)).max(50).default([]);
const says = z.enum(['blocked', 'busy', 'limited', 'auth_failed', 'idle', 'doubt']);

const UserRule = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/, 'small letters, digits and hyphens'),
    priority: z.int().min(0).max(100_000).default(1000),
    region: z.enum(regions),
    all: texts,
    any: texts,
    none: texts,
    beside: z.enum(regions).optional(),
    says,
    kind: BlockedKind.optional(),
    versions: z.string().refine(isRange, 'a range such as ">=1.0 <3"').optional(),
  })
  .refine(({ all, any }) => all.length + any.length > 0, 'at least one expression in `all` or `any`');

const File = z.strictObject({
  programs: z.array(z.string().min(1).max(100)).max(20).default([]),
  disabled: z.array(z.string()).max(100).default([]),
  rule: z.array(UserRule).max(100).default([]),
});

/** Throws Unfit. A rule with the id of one of ours takes its place. */
function overridden(own: Manifest, text: string): Loaded {
  const file = parseFile(text);
  const known = new Set(own.rules.map(({ id }) => id));
  const unknown = file.disabled.filter((id) => !known.has(id));
  if (unknown.length > 0)
    throw new Unfit(`there is no rule ${unknown.join(', ')} to disable; there are ${[...known].join(', ')}`);
  const rules = file.rule as readonly Rule[];
  const gone = new Set([...file.disabled, ...rules.map(({ id }) => id)]);
  const manifest = {
    ...own,
    programs: [...own.programs, ...file.programs],
    rules: [...own.rules.filter(({ id }) => !gone.has(id)), ...rules],
  };
  try {
    for (const { all, any, none } of rules) for (const source of [...all, ...any, ...none]) checkExpression(source);
  } catch (error) {
    throw new Unfit((error as Error).message);
  }
  return { manifest, read: createReader(manifest) };
}

function parseFile(text: string): z.infer<typeof File> {
  let given: unknown;
  try {
    given = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new Unfit(`line ${error.line}: ${error.message.split('\n')[0]}`);
  }
  const checked = File.safeParse(given);
  if (checked.success) return checked.data;
  throw new Unfit(checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
}
