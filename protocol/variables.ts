/** Variables of sessions: how they may be named, what they may hold, and how one that is inherited is removed. */
import * as z from 'zod';

/** As a variable's value: removes the variable of that name inherited from further up. */
export const DISABLED = '__DISABLED__';

export const variableName = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'of capital letters, digits and _, a letter first');
const variableValue = z
  .string()
  .max(10_240)
  .regex(/^[^\0]*$/, 'a text without NUL');
/** Variables set in one place. */
export const MAX_VARIABLES = 1000;
export const variables = z
  .record(variableName, variableValue)
  .refine((given) => Object.keys(given).length <= MAX_VARIABLES, `a map of at most ${MAX_VARIABLES} variables`);
