/** What the doctor says: `rdvd doctor` prints it as JSON, and whoever runs that reads it. */
import * as z from 'zod';

export type Level = 'ok' | 'note' | 'warning' | 'failure';

export interface Finding {
  readonly level: Level;
  /** One sentence: what was seen. */
  readonly seen: string;
  /** What to type; every warning and failure has one. */
  readonly cure?: string;
}

/** A check with what it found. */
export interface Checked extends Finding {
  /** Never changes. */
  readonly name: string;
  /** For people. */
  readonly title: string;
}

export interface Diagnosis {
  /** Whether there is nothing worse than a note. */
  readonly healthy: boolean;
  /** The data folder. */
  readonly home: string;
  /** Whether a daemon does; null when nobody can tell. */
  readonly running: boolean | null;
  /** Of the daemon that runs, where the system tells. */
  readonly pid: number | null;
  readonly checks: readonly Checked[];
  /** What was put right, before `checks` were made. */
  readonly fixes: readonly { readonly name: string; readonly done: string }[];
}

export const Diagnosis = z.object({
  healthy: z.boolean(),
  home: z.string(),
  running: z.boolean().nullable(),
  pid: z.number().int().nullable(),
  checks: z.array(
    z.object({
      level: z.enum(['ok', 'note', 'warning', 'failure']),
      seen: z.string(),
      cure: z.string().optional(),
      name: z.string(),
      title: z.string(),
    }),
  ),
  fixes: z.array(z.object({ name: z.string(), done: z.string() })),
});
