/** What commands of `rdv` print with --json where that is no method's result. */
import * as z from 'zod';
import { configurationMethods } from './configuration.js';
import { Diagnosis } from './diagnosis.js';

const { path, exists, problems, warnings } = configurationMethods['config/get'].result.shape;
const Running = z.object({ pid: z.number().int(), version: z.string() });

/** By the names that commands give for what they print. */
export const commandShapes = {
  Diagnosis,
  ConfigPath: z.object({ path }),
  ConfigCheck: z.object({ path, exists, problems, warnings }),
  /** Which daemon took over from which, null when none ran, and how long none served. */
  Restarted: z.object({ from: Running.nullable(), to: Running, awayMs: z.number().int() }),
  Done: z.object({ success: z.literal(true) }),
  BridgeStatus: z.object({
    pid: z.number().int().nullable(),
    version: z.string(),
    socket: z.string(),
    terminalSocket: z.string(),
    port: z.number().int().nullable().describe('Of 127.0.0.1, while it has one.'),
    reachesDaemon: z.boolean(),
    status: z.enum(['healthy', 'degraded']),
  }),
  InstalledUnits: z.union([
    z.object({
      kind: z.string(),
      units: z.array(z.string()),
      files: z.array(z.string()),
      started: z.boolean(),
      pid: z.number().int().nullable(),
    }),
    z.object({ files: z.array(z.object({ path: z.string(), text: z.string() })) }).describe('With --dry-run.'),
  ]),
  RemovedUnits: z.object({ files: z.array(z.string()) }),
  Script: z.object({ shell: z.string(), script: z.string() }),
  Help: z.object({ help: z.string() }),
  ManualPage: z.object({ name: z.string(), page: z.string() }),
  McpConfig: z.object({ client: z.string(), file: z.string(), changed: z.boolean(), config: z.looseObject({}) }),
  Text: z.object({ text: z.string() }),
  /** As the daemon wrote it; of a line that somebody else wrote there is `msg` alone. */
  LogEntry: z.looseObject({
    level: z.number().optional(),
    time: z.number().optional().describe('Unix milliseconds.'),
    msg: z.string().optional(),
  }),
  WatchLine: z.discriminatedUnion('type', [
    z.looseObject({ type: z.literal('lists'), seq: z.number().int() }),
    z.object({
      type: z.literal('event'),
      seq: z.number().int(),
      at: z.number().int(),
      name: z.string(),
      params: z.record(z.string(), z.unknown()),
    }),
    z.object({ type: z.literal('away'), reason: z.string() }),
    z.object({ type: z.literal('back'), complete: z.boolean() }),
  ]),
} as const satisfies Readonly<Record<string, z.ZodType>>;
