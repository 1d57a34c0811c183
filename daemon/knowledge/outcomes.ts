/** How a command fared, by what it printed. */
import { isViewer } from './command.js';
import type { Run } from './prompts.js';

export interface Outcome {
  readonly state: 'succeeded' | 'failed' | 'unknown';
  /** The line that says most about why it failed. */
  readonly error?: string;
}

/** From the lines that name a cause to those that only say that something failed. */
const errors: readonly (readonly RegExp[])[] = [
  [
    /^(?:\S{1,80}: ){0,3}[^:]{1,120}: (?:command not found|not found|no such file or directory|permission denied|unknown command)\b/i,
    /^(?:zsh|fish|bash|sh): (?:command not found|unknown command):? \S/i,
    /^fish: Unknown command/i,
    /^(?:Uncaught |Caused by: |Exception in thread "[^"]{1,80}" )?(?:[\w$]{1,80}\.){0,12}(?:[A-Z]\w{0,80})?(?:Error|Exception)(?: \[\w{1,60}\])?: \S/,
    /^error(?:\[[A-Z]\d{1,6}\])?: \S/,
    /^\S{1,300}[:(]\d{1,7}[:,\d)]{0,16}:? (?:- )?(?:fatal )?error:? \S/i,
    /^(?:fatal|panic): \S/,
    /^thread '[^']{1,80}' .{0,40}panicked at /,
    /\b(?:EADDRINUSE|ECONNREFUSED|EACCES|ENOTFOUND|ETIMEDOUT|EPERM|ENOENT)\b/,
    /^(?:Module not found|Could not resolve|Cannot find (?:module|package)|Cannot connect to|Could not connect to|Connection refused)\b/,
    /^(?:npm (?:ERR!|error)) (?:Missing script|Could not|Cannot|Unable|Invalid|No |Not |\d{3} )/,
    /^make(?:\[\d{1,3}\])?: \*\*\* No rule to make target/,
  ],
  [/^(?:\[error\]|error|fatal error)\b:? \S/i, /^ERR! \S/, /^ERR_\w+\b/, /^! \[(?:remote )?rejected\]/],
  [
    /^(?:FAIL|FAILED|FAILURE|BUILD FAILED|Build failed|Command failed|Segmentation fault|Killed|Aborted|core dumped|not ok)\b/,
    /^--- FAIL/,
    /^(?:npm (?:ERR!|error)|ELIFECYCLE)/,
    /^make(?:\[\d{1,3}\])?: \*\*\* /,
    /^(?:Tests?|Test Suites|Test Files):? {1,6}[1-9]\d{0,6} failed/,
    /^=*\s?[1-9]\d{0,6} (?:failed|failing)\b/,
    /\bexit(?:ed)?(?: with)? (?:code|status):? [1-9]/,
  ],
];

/** What stands before a line to set it off. */
const MARKS = /^[\s│|>•×✖✗✘❌⨯]*(?:E {3})?/u;

/** Said after the cause, or instead of it. */
const vague =
  /\b(?:subprocess-exited-with-error|could not compile|failed to push some refs|command failed|see above)\b/i;

/** Words that make an error no error. */
const harmless =
  /\b(?:0 errors?|no errors?|errors?: 0|without errors?|0 failed|error: (?:false|null|none|undefined))\b/i;

/** What a test is called that passed may be anything. */
const passed = /^\s*(?:[✓✔√]|ok\b|PASS\b|--- PASS)/u;

/** Lines looked at: of more the first and the last, where causes and verdicts stand. */
const LOOKED_AT = 400;

export function outcomeOf({ command, output, over }: Run): Outcome {
  if (isViewer(command)) return { state: 'unknown' };
  const half = LOOKED_AT / 2;
  const lines = output.length > LOOKED_AT ? [...output.slice(0, half), ...output.slice(-half)] : output;
  // Somebody ended it, for a reason nobody can see.
  if (lines.some((line) => line.includes('^C'))) return { state: 'failed' };
  const plain = lines
    .filter((line) => !passed.test(line) && !harmless.test(line))
    .map((line) => line.replace(MARKS, '').trimEnd());
  const clear = plain.filter((line) => !vague.test(line));
  for (const [among, patterns] of [...errors.map((each) => [clear, each] as const), [plain, errors.flat()] as const]) {
    const error = among.find((line) => patterns.some((pattern) => pattern.test(line)));
    if (error !== undefined) return { state: 'failed', error };
  }
  return { state: over ? 'succeeded' : 'unknown' };
}
