/** The configuration: what holds, where it comes from, and taking in a file that has changed. */
import * as z from 'zod';
import { method } from './define.js';

const value = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);

export const Setting = z.object({
  key: z.string().describe('`table.name`, as in the file.'),
  type: z.enum(['path', 'integer', 'text', 'choice', 'boolean', 'list']),
  value: value.describe('What the daemon works with.'),
  default: value,
  source: z.enum(['default', 'file', 'environment']).describe('Who said so.'),
  place: z.string().nullable().describe('Where: line and column in the file, or the variable of the environment.'),
  pending: value
    .nullable()
    .describe('What the file says now, and `config/reload` or a restart would bring; null when nothing waits.'),
  live: z.boolean().describe('Whether it can change while the daemon runs: then `config/reload` is enough.'),
  says: z.string().describe('What it does.'),
});
export type Setting = z.infer<typeof Setting>;

export const configurationMethods = {
  'config/get': method({
    summary: 'Tells every setting: what holds, who said so, and what the file has waiting.',
    effect: 'read',
    scope: 'admin',
    params: z.object({}),
    result: z.object({
      path: z.string().describe('The file.'),
      exists: z.boolean(),
      settings: z.array(Setting),
      warnings: z.array(z.string()).describe('What in the file means nothing, with line and column.'),
      problems: z
        .array(z.string())
        .describe('What is wrong with it as it is now, with line and column: with any of them no daemon starts.'),
    }),
  }),

  'config/reload': method({
    summary: 'Reads the file again and takes over what can change while the daemon runs, as SIGHUP does.',
    effect: 'write',
    scope: 'admin',
    params: z.object({}),
    result: z.object({
      changed: z.array(z.string()).describe('Keys that hold from now on.'),
      pending: z.array(z.string()).describe('Keys that wait for a restart.'),
      warnings: z.array(z.string()),
    }),
    errors: ['InvalidParams'],
    doors: ['cli'],
    example: 'rdv config reload',
  }),
};
