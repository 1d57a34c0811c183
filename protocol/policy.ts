/** Preferences about what machines type into sessions. */
import * as z from 'zod';

/** Patterns of commands in one place. */
const MAX_DENIED = 20;

export const typedByMachines = {
  deniedCommands: z
    .array(
      z
        .string()
        .min(1)
        .max(200)
        .regex(/^[^\0\n]*$/, 'one line'),
    )
    .max(MAX_DENIED)
    .describe(
      'What machines do not type: RE2 expressions, each for words of a line; none for no bounds. A policy against mistakes, no safety: `session/send` types as a keyboard would and does not ask it.',
    ),
  auditInjectedText: z
    .boolean()
    .describe('Whether the audit holds the text that machines type, and not only its hash.'),
};
