/** Which preference holds: built-in, then the user's, then each folder's from the root down; the nearest wins. Pure. */
import { DISABLED, type Folder, type PreferenceKey, Preferences, type Result, type Source } from '#protocol';
import type { FolderSet, UserSet } from './settings.js';

/** A preference with one value; variables each stand for themselves. */
export type PlainKey = Exclude<PreferenceKey, 'environmentVars'>;

export interface Resolved {
  readonly preferences: Preferences;
  /** Where each value is from. */
  readonly sources: Readonly<Record<PlainKey, Source>>;
  /** Where each variable is from. */
  readonly variables: Readonly<Record<string, Source>>;
}

/** What is set in one place. */
export interface Layer {
  readonly source: Source;
  readonly set: Partial<Pick<FolderSet, PreferenceKey>>;
}

type Value = string | number | boolean | string[];

interface Setting {
  readonly value: Value;
  readonly source: Source;
}

/** All that is set of each preference and each variable, the nearest first. */
export interface Stacks {
  readonly plain: ReadonlyMap<PlainKey, readonly Setting[]>;
  /** By name. */
  readonly variables: ReadonlyMap<string, readonly Setting[]>;
}

const plainKeys = Object.keys(Preferences.shape).filter((key) => key !== 'environmentVars') as PlainKey[];

export function userLayer(set: UserSet | undefined): Layer {
  return { source: { type: 'user' }, set: set ?? {} };
}

/** A folder's path is its working directory, unless it has set another. */
export function folderLayer({ id, name, path }: Folder, set: FolderSet | undefined): Layer {
  return {
    source: { type: 'folder', folderId: id, folderName: name },
    set: { ...set, defaultWorkingDirectory: set?.defaultWorkingDirectory ?? path },
  };
}

/** `layers` from the furthest to the nearest. */
export function stack(defaults: Preferences, layers: readonly Layer[]): Stacks {
  const nearest: Layer[] = [...layers.toReversed(), { source: { type: 'default' }, set: defaults }];
  const variables = new Map<string, Setting[]>();
  for (const { source, set } of nearest) {
    for (const [name, value] of Object.entries(set.environmentVars ?? {})) {
      const settings = variables.get(name) ?? [];
      variables.set(name, settings);
      settings.push({ value, source });
    }
  }
  return {
    plain: new Map(plainKeys.map((key) => [key, settingsOf(nearest, key)])),
    variables: new Map([...variables].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function settingsOf(nearest: readonly Layer[], key: PlainKey): Setting[] {
  return nearest.flatMap(({ source, set }) => {
    const value = set[key] ?? null;
    return value === null ? [] : [{ value, source }];
  });
}

const NOBODY: Source = { type: 'default' };

export function resolved({ plain, variables }: Stacks): Resolved {
  const values = [...plain].map(([key, [setting]]) => [key, setting?.value ?? null]);
  const own = [...variables].flatMap(([name, [setting]]) =>
    setting && !isDisabled(setting) ? [{ name, ...setting }] : [],
  );
  const environmentVars = Object.fromEntries(own.map(({ name, value }) => [name, value]));
  return {
    preferences: { ...Object.fromEntries(values), environmentVars },
    sources: Object.fromEntries(
      [...plain].map(([key, [setting]]) => [key, setting?.source ?? NOBODY]),
    ) as Resolved['sources'],
    variables: Object.fromEntries(own.map(({ name, source }) => [name, source])),
  };
}

export function explained(stacks: Stacks): Result<'preference/explain'> {
  const keys = [
    ...stacks.plain,
    ...[...stacks.variables].map(([name, settings]) => [`environmentVars.${name}`, settings] as const),
  ].map(([key, [nearest, ...hides]]) => ({
    key,
    value: nearest ? shown(nearest).value : null,
    source: nearest?.source ?? NOBODY,
    hides: hides.map(shown),
  }));
  return { preferences: resolved(stacks).preferences, keys };
}

function shown(setting: Setting): { value: Value | null; source: Source } {
  return isDisabled(setting) ? { ...setting, value: null } : setting;
}

export function environment(stacks: Stacks): Result<'preference/environment'> {
  const details = [...stacks.variables].map(([key, [nearest, next]]) => {
    const inherited = next && !isDisabled(next) ? { value: String(next.value), source: next.source } : undefined;
    const disabled = isDisabled(nearest!);
    return {
      key,
      value: disabled ? (inherited?.value ?? '') : String(nearest!.value),
      source: nearest!.source,
      isDisabled: disabled,
      isOverridden: inherited !== undefined,
      ...(inherited && { originalValue: inherited.value, originalSource: inherited.source }),
    };
  });
  return {
    variables: resolved(stacks).preferences.environmentVars,
    details,
    disabledKeys: details.filter((detail) => detail.isDisabled).map(({ key }) => key),
  };
}

function isDisabled({ value }: Setting): boolean {
  return value === DISABLED;
}
