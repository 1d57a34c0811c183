/** Our entry among the servers of a client's settings; everything else in the file stays as it is, byte for byte. */
import { isUtf8 } from 'node:buffer';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { applyEdits, type Edit, modify, type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { RpcError } from '#protocol/errors';
import { failure } from './fail.js';
import type { ClientFile } from './mcp-clients.js';

/** What our server is called there. */
export const SERVER = 'rdv';

/** Returns whether anything had to be changed. Throws Conflict for a file that cannot be read as it should be. */
export function writeEntry({ file, field, entry }: ClientFile): boolean {
  return edit(file, field, entry);
}

/** Returns whether it was there. Throws as `writeEntry`. */
export function removeEntry({ file, field }: ClientFile): boolean {
  return edit(file, field, undefined);
}

function edit(path: string, field: string, entry: object | undefined): boolean {
  const { file, text, mode } = read(path);
  const before = text === undefined ? undefined : parsed(path, text, field);
  if (JSON.stringify(before) === JSON.stringify(entry)) return false;
  // Comments are kept: only what is about ours is written anew.
  const [, mark = '', rest = ''] = /^(\uFEFF?)(.*)$/s.exec(text ?? '')!;
  const source = rest.trim() ? rest : '{}\n';
  const edits = modify(source, [field, SERVER], entry, {});
  const result = applyEdits(source, entry ? edits.map((edit) => spaced(edit, source, entry)) : edits);
  // Where a name stands twice, the last counts, but the library changes the first.
  if (JSON.stringify(parsed(path, result, field)) !== JSON.stringify(entry))
    throw unfit(path, `has \`${field}\` or \`${SERVER}\` more than once`);
  replace(path, file, `${mark}${result}`, mode);
  return true;
}

/** Through links: what a person linked elsewhere is to stay there. */
function read(path: string): { file: string; text?: string; mode: number } {
  try {
    const file = realpathSync(path);
    const found = statSync(file);
    // To read from a pipe might take for ever.
    if (!found.isFile() && !found.isDirectory()) throw unfit(path, 'is no file');
    return { file, text: textIn(path, readFileSync(file)), mode: found.mode & 0o777 };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof RpcError) throw error;
    if (code === 'ENOENT' && lstatSync(path, { throwIfNoEntry: false }))
      throw unfit(path, 'is a link to what is not there');
    if (code === 'ENOENT') return { file: path, mode: 0o600 };
    throw failure('Conflict', `Cannot read ${path} (${code}).`, 'Without --write it is shown what belongs there.');
  }
}

/** What is no UTF-8 would not come back as it was. */
function textIn(path: string, bytes: Buffer): string {
  if (!isUtf8(bytes)) throw unfit(path, 'is not UTF-8');
  return bytes.toString();
}

/** The entry as it stands there. */
function parsed(path: string, text: string, field: string): unknown {
  const wrong: ParseError[] = [];
  const held = parse(text.replace(/^\uFEFF/, ''), wrong, { allowTrailingComma: true, allowEmptyContent: true });
  const settings = held === undefined ? {} : held;
  const [first] = wrong;
  if (first) {
    const line = text.slice(0, first.offset).split('\n').length;
    throw unfit(path, `is no JSON: ${printParseErrorCode(first.error)} in line ${line}`);
  }
  if (!isRecord(settings)) throw unfit(path, 'holds no object');
  const servers = field in settings ? settings[field] : {};
  if (!isRecord(servers)) throw unfit(path, `holds something else than an object as \`${field}\``);
  return servers[SERVER];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function unfit(path: string, how: string) {
  return failure('Conflict', `${path} ${how}. It was left as it is.`, 'Mend it, and run the command again.');
}

/** The library can write it as the rest is written, but then what stands beside it too. */
function spaced({ offset, length, content }: Edit, source: string, entry: object): Edit {
  const indent = /^([ \t]+)\S/m.exec(source)?.[1] ?? '  ';
  const eol = source.includes('\r\n') ? '\r\n' : '\n';
  const [, comma = '', key] = /^(,?)"([^"]+)":/.exec(content) ?? [];
  const depth = key === undefined || key === SERVER ? 2 : 1;
  const value = key === undefined || key === SERVER ? entry : { [SERVER]: entry };
  const lines = JSON.stringify(value, undefined, indent).split('\n');
  const text = lines.join(`${eol}${indent.repeat(depth)}`);
  if (key === undefined) return { offset, length, content: text };
  const written = `${comma}${eol}${indent.repeat(depth)}"${key}": ${text}`;
  const blank = /^\s*/.exec(source.slice(offset))![0].length;
  if (comma || source[offset + blank] !== '}') return { offset, length, content: written };
  // The object was empty: its end gets a line of its own.
  return { offset, length: blank, content: `${written}${eol}${indent.repeat(depth - 1)}` };
}

/** The whole file or nothing of it. */
function replace(path: string, file: string, text: string, mode: number): void {
  // Its folder may be written to, but this was not to be.
  if ((mode & 0o200) === 0) throw unfit(path, 'is read-only');
  const beside = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    // What stands there by that name, a link perhaps, is not ours.
    writeFileSync(beside, text, { flag: 'wx', mode });
    chmodSync(beside, mode);
    renameSync(beside, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw failure('Conflict', `Cannot write ${path} (${code}).`, 'Without --write it is shown what belongs there.');
  }
}
