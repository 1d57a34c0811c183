/** What is known of a project, and when that is too old. */
import type { Project } from '#protocol';
import type { Found } from './detect.js';

/** What a look brings. */
export type Brought = Found & Pick<Project, 'git'>;

/** A project as it is kept: what was found before stays while it is looked at again. */
export interface Known {
  readonly folderId: string;
  readonly userId: string;
  readonly path: string;
  readonly state: 'pending' | 'enriching' | 'enriched' | 'failed';
  readonly error: string | null;
  readonly found: Brought | null;
  readonly detectedAt: number | null;
}

const FRESH_MS = 24 * 3600_000;

/** Whether it is known, not too old, and of the directory the folder has now. */
export function isFresh({ state, path, detectedAt }: Known, wanted: string | null, now: number): boolean {
  return state === 'enriched' && path === wanted && now - (detectedAt ?? 0) < FRESH_MS;
}

/** As those who ask see it; `path` is the folder's as it is now. */
export function present(known: Known, path: string | null, now: number): Project {
  const isStale = known.state === 'enriched' && !isFresh(known, path, now);
  return {
    folderId: known.folderId,
    path: known.path,
    state: isStale ? 'stale' : known.state,
    error: known.error,
    ...(known.found ?? nothing),
    detectedAt: known.detectedAt,
  };
}

const nothing: Brought = {
  languages: [],
  primaryLanguage: null,
  category: 'unknown',
  framework: null,
  packageManager: null,
  dependencies: [],
  testRunner: null,
  linter: null,
  buildTool: null,
  ci: [],
  isMonorepo: false,
  suggestedCommands: [],
  truncated: false,
  git: null,
};
