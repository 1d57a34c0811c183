/** The file itself, as it is now. */
import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { RpcError } from '#protocol';
import { type Parsed, parseConfig, type Source } from './parse.js';

export interface FileRead extends Parsed {
  readonly exists: boolean;
}

const MOST_BYTES = 1024 * 1024;

/** Without a file the defaults hold. One that cannot be read is a problem like those in it. */
export function readConfig(source: Source): FileRead {
  const { text, exists, problem } = readText(source.path);
  const parsed = parseConfig(text, source);
  return { ...parsed, exists, problems: problem ? [problem, ...parsed.problems] : parsed.problems };
}

/** All that is wrong, a line each. */
export function invalid(problems: readonly string[]): RpcError {
  return new RpcError('InvalidParams', problems.join('\n'), { code: 'INVALID_CONFIG', details: { problems } });
}

function readText(path: string): { text: string; exists: boolean; problem?: string } {
  const unreadable = (why: string) => ({
    text: '',
    exists: true,
    problem: `${path}: It cannot be read (${why}). Make it a file that you may read, or remove it.`,
  });
  try {
    const found = statSync(path);
    // A pipe would hold us until somebody writes.
    if (!found.isFile() && !found.isDirectory()) return unreadable('it is no regular file');
    if (found.size > MOST_BYTES) return unreadable(`it has ${found.size} bytes, at most ${MOST_BYTES} are read`);
    const bytes = readFileSync(path);
    return isUtf8(bytes) ? { text: bytes.toString(), exists: true } : unreadable('it is not UTF-8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code === 'ENOENT' ? { text: '', exists: false } : unreadable(message);
  }
}
