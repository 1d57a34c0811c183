/** The configuration of a daemon that runs: what it works with, and what has changed in the file since. */
import { isDeepStrictEqual } from 'node:util';
import type { Result, Setting } from '#protocol';
import { allKeys, type Config, type Key, keys, type Value } from './keys.js';
import type { Held, Source } from './parse.js';
import { type FileRead, invalid, readConfig } from './read.js';
import { presetOf } from './value.js';

export type Report = Result<'config/get'>;
export type Reloaded = Result<'config/reload'>;

export interface Configuration {
  /** What the daemon works with. Each key is looked up when it is asked for, so ask when it is needed. */
  readonly values: Config;
  /** What in the file meant nothing when the daemon started. */
  readonly warnings: readonly string[];
  report(): Report;
  /** Takes over what can change. Throws InvalidParams with INVALID_CONFIG, and then nothing has changed. */
  reload(): Reloaded;
  /** Told after each reload that changed something. */
  onChange(listener: () => void): void;
  /** Told after each reload, for what stands in other files. */
  onReload(listener: () => void): void;
}

const known = allKeys(keys);

/** Throws InvalidParams with INVALID_CONFIG and every problem. */
export function openConfiguration(source: Source): Configuration {
  const first = readConfig(source);
  if (first.problems.length > 0) throw invalid(first.problems);
  const working = new Map(first.held);
  const listeners = new Set<() => void>();
  const reloaders = new Set<() => void>();
  return {
    values: lookUp(working),
    warnings: first.warnings,
    report: () => reportOf(source, working, readConfig(source)),
    onChange: (listener) => void listeners.add(listener),
    onReload: (listener) => void reloaders.add(listener),
    reload() {
      const { held, problems, warnings } = readConfig(source);
      if (problems.length > 0) throw invalid(problems);
      const differs = known.filter(({ name }) => !isSame(held.get(name)!, working.get(name)!));
      const pending = differs.filter(({ is }) => !isLive(is)).map(({ name }) => name);
      for (const { name } of known) if (!pending.includes(name)) working.set(name, held.get(name)!);
      const changed = differs.map(({ name }) => name).filter((name) => !pending.includes(name));
      if (changed.length > 0) for (const listener of listeners) listener();
      for (const listener of reloaders) listener();
      return { changed, pending, warnings: [...warnings] };
    },
  };
}

/** What a daemon that started now would work with. */
export function describeFile(source: Source): Report {
  const file = readConfig(source);
  return reportOf(source, file.held, file);
}

function reportOf(source: Source, working: ReadonlyMap<string, Held>, file: FileRead): Report {
  const { held, exists, problems, warnings } = file;
  const settings = known.map(({ name, is }): Setting => {
    const now = working.get(name)!;
    // A file with a mistake in it brings nothing.
    const waits = problems.length === 0 && !isSame(held.get(name)!, now);
    return {
      key: name,
      type: is.type,
      ...{ value: plain(now.value), default: plain(presetOf(is, source)), source: now.source, place: now.place },
      pending: waits ? plain(held.get(name)!.value) : null,
      live: isLive(is),
      says: is.says,
    };
  });
  return { path: source.path, exists, settings, warnings: [...warnings], problems: [...problems] };
}

const plain = (value: Value): Setting['value'] => value as Setting['value'];

const isLive = (key: Key): boolean => key.live === true;

const isSame = (a: Held, b: Held): boolean => isDeepStrictEqual(a.value, b.value);

function lookUp(working: ReadonlyMap<string, Held>): Config {
  const tables: Record<string, object> = {};
  for (const { name, table, key } of known) {
    const values = (tables[table] ??= {});
    Object.defineProperty(values, key, { enumerable: true, get: () => working.get(name)!.value });
  }
  return tables as Config;
}
