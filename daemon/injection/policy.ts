/** What a folder does not want machines to type. A policy against mistakes, no safety: a shell has a thousand other words. Pure. */
import { RE2JS, RE2JSSyntaxException } from 're2js';
import { RpcError } from '#protocol';

export interface Policy {
  /** What is not typed: RE2 expressions, each for words of a line. */
  readonly denied: readonly string[];
  /** Whether the audit may hold the text itself, besides its hash. */
  readonly auditText: boolean;
}

/** Where nobody says anything. */
export const usual: Policy = {
  denied: [
    ...['rm -rf /', 'rm -rf ~', String.raw`rm -rf \$HOME`, 'mkfs', 'shutdown', 'reboot'],
    String.raw`:\(\)\{ :\|:& \};:`,
  ],
  auditText: false,
};

/** The first expression that a line of the text matches; undefined when none does. What cannot be read denies. */
export function deniedBy(text: string, { denied }: Policy): string | undefined {
  const lines = text.split('\n').map(plain).join('\n');
  return denied.find((rule) => expressionOf(rule)?.matcher(lines).find() ?? true);
}

/** Throws InvalidParams for what is no expression, or too big a one. */
export function checkDenied(rule: string): void {
  try {
    if (compile(rule).programSize() <= PROGRAM) return;
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    const said = `Expected \`deniedCommands\` to hold RE2 expressions, and ${JSON.stringify(rule)} is none: ${error.message}.`;
    throw new RpcError('InvalidParams', said);
  }
  const said = `Expected simpler \`deniedCommands\`: ${JSON.stringify(rule)} repeats too much.`;
  throw new RpcError('InvalidParams', said);
}

/** With one blank between words, however they were written. */
const plain = (line: string): string => line.trim().replace(/\s+/g, ' ');

/** Size of a compiled expression: a long text must not take long. */
const PROGRAM = 300;

/** As words of their own: `/` is not `/tmp`, and `mkfs` is not `mkfsx`, but `mkfs.ext4` is one. */
const compile = (rule: string): RE2JS =>
  RE2JS.compile(String.raw`(?:^|[\s;&|(${'`'}'"])(?:${rule})(?:$|[\s;&|)${'`'}'".*])`, RE2JS.MULTILINE);

/** Compiled ones; those of all folders are few. */
const KNOWN = 1000;
const known = new Map<string, RE2JS | undefined>();

function expressionOf(rule: string): RE2JS | undefined {
  if (known.has(rule)) return known.get(rule);
  if (known.size >= KNOWN) known.clear();
  const made = readable(rule) ? compile(rule) : undefined;
  known.set(rule, made);
  return made;
}

/** Another version may have allowed more. */
function readable(rule: string): boolean {
  try {
    checkDenied(rule);
    return true;
  } catch (error) {
    if (error instanceof RpcError) return false;
    throw error;
  }
}
