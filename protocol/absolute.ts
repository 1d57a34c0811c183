/** Paths as callers give them. */
import * as z from 'zod';

/** Absolute, without NUL; where it leads is not looked at. */
export const absolute = /^\/[^\0]*$/;
export const absolutePath = z.string().max(4096).regex(absolute, 'an absolute path without NUL');
