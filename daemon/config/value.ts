/** Whether a value fits its key, and what it stands for. */
import { join, resolve } from 'node:path';
import { socketBytes } from '../rpc/socket.js';
import type { Key, Value } from './keys.js';

/** What relative paths and `~` are counted from. */
export interface Folders {
  /** The data folder. */
  readonly home: string;
  readonly userHome: string;
}

/** The value as the daemon takes it, or what was expected instead. */
export type Judged = { readonly value: Value } | { readonly expected: string };

export function judge(key: Key, given: unknown, folders: Folders): Judged {
  switch (key.type) {
    case 'path':
      return judgePath(given, key.socket === true, folders);
    case 'integer':
      return judgeInteger(given, key);
    case 'boolean':
      return typeof given === 'boolean' ? { value: given } : { expected: 'true or false' };
    case 'choice':
      return key.choices.includes(given as string)
        ? { value: given as string }
        : { expected: oneOf(key.choices.map((choice) => JSON.stringify(choice))) };
    case 'text':
      // Where nothing is the default, nothing may be said.
      return isText(given) || given === key.default
        ? { value: given as string }
        : { expected: 'a text of 1 to 200 characters on one line, in quotes' };
    case 'list':
      return Array.isArray(given) && given.length <= 1000 && given.every(isText)
        ? { value: given }
        : { expected: 'a list of texts' };
  }
}

/** What holds without a value: the default, as the daemon takes it. */
export function presetOf(key: Key, { home }: Folders): Value {
  return key.type === 'path' ? join(home, key.default) : key.default;
}

function judgeInteger(given: unknown, { min, max }: Key & { type: 'integer' }): Judged {
  const fits = typeof given === 'number' && Number.isInteger(given) && given >= min && given <= max;
  return fits ? { value: given } : { expected: `a whole number from ${min} to ${max}` };
}

const PATH_EXPECTED = 'the path of a file, from /, from ~/ or from the data folder';

function judgePath(given: unknown, socket: boolean, { home, userHome }: Folders): Judged {
  if (typeof given !== 'string' || given.length > 4096 || hasControls(given) || /^$|\/$|\/\.{1,2}$/.test(given))
    return { expected: PATH_EXPECTED };
  // `~name` is another user's, and a file of that name is written `./~name`.
  if (/^~(?!\/)|^\.{1,2}$/.test(given)) return { expected: PATH_EXPECTED };
  const value = given.startsWith('~/') ? join(userHome, given.slice(2)) : resolve(home, given);
  const { bytes, most } = socketBytes(value);
  if (socket && bytes > most)
    return { expected: `the path of a socket, which may have ${most} bytes and not ${bytes}` };
  return { value };
}

const hasControls = (text: string) => /[\x00-\x1f\x7f-\x9f]/.test(text);

function isText(given: unknown): given is string {
  return typeof given === 'string' && given.trim() !== '' && given.length <= 200 && !hasControls(given);
}

/** `a, b or c`. */
export function oneOf(words: readonly string[]): string {
  return [words.slice(0, -1).join(', '), words.at(-1)].filter(Boolean).join(' or ');
}
