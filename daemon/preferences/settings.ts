/** What is set on a user and on a folder, read from what was written, which may be of a newer version. Pure. */
import { FolderPreferences, UserSettings } from '#protocol';

/** As written; keys that this version does not know are another's, and stay. */
export type Written = Readonly<Record<string, unknown>>;

export type UserSet = Omit<UserSettings, 'userId' | 'updatedAt'>;
/** Null where nothing is set. */
export type FolderSet = Omit<FolderPreferences, 'folderId' | 'userId' | 'updatedAt'>;

const userShape = UserSettings.omit({ userId: true, updatedAt: true }).shape;
const folderShape = FolderPreferences.omit({ folderId: true, userId: true, updatedAt: true }).shape;
const switches = { autoFollowActiveSession: true, orchestratorFirstMode: false };

export function readUser(written: Written): UserSet {
  return read<UserSet>(userShape, written, switches);
}

export function readFolder(written: Written): FolderSet {
  return read<FolderSet>(folderShape, written);
}

export function isNothing(set: FolderSet): boolean {
  return Object.values(set).every((value) => value === null);
}

/** Another version may allow more: a value that does not fit here counts as not set. */
function read<T>(shape: object, written: Written, otherwise: Readonly<Record<string, unknown>> = {}): T {
  const entries = (Object.entries(shape) as [string, { safeParse(value: unknown): { data?: unknown } }][]).map(
    ([key, type]) => [key, type.safeParse(written[key]).data ?? otherwise[key] ?? null],
  );
  return Object.fromEntries(entries) as T;
}

/** What is written when this is set too: undefined leaves a key as it is, null and no variables at all remove it; an empty list is one. */
export function merge(written: Written, changes: Written): Written {
  const merged = new Map(Object.entries(written));
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || isEmpty(value)) merged.delete(key);
    else if (value !== undefined) merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}
