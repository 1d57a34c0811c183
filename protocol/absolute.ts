/** Paths as callers give them. */
import * as z from 'zod';

/** Absolute, without NUL; where it leads is not looked at. */
export const absolutePath = z
  .string()
  .max(4096)
  .regex(/^\/[^\0]*$/, 'an absolute path without NUL');
