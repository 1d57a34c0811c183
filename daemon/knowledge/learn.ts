/** What a session's text teaches: errors and what ended them, how to test and build, what is needed. */
import { isViewer, partsOf } from './command.js';
import type { Added } from './knowledge.js';
import { type Outcome, outcomeOf } from './outcomes.js';
import { type Run, runsIn } from './prompts.js';
import { neededBy, recipeOf } from './recipes.js';
import { isMasked, mask } from './secrets.js';
import { isVariant } from './variants.js';

export type Lesson = Extract<Added, { kind: 'pattern' | 'skill' }>;

/** Of a text only the end is read; of a line only the beginning. */
export const limits = {
  characters: 256 * 1024,
  lines: 2000,
  line: 1000,
  gotchas: 20,
  skills: 10,
  dependencies: 30,
} as const;

/** A command with its outcome. */
interface Step {
  readonly command: string;
  readonly outcome: Outcome;
}

/** Each lesson once. There are no control characters and no known form of a secret in any. Never throws. */
export function learn(text: string): Lesson[] {
  const steps = runsIn(linesOf(text)).map(stepOf);
  return [
    ...once(gotchas(steps)).slice(-limits.gotchas),
    ...once(skills(steps)).slice(0, limits.skills),
    ...once(dependencies(steps)).slice(0, limits.dependencies),
  ];
}

/** From here on there are no secrets in what was typed. */
function stepOf(run: Run): Step {
  const outcome = outcomeOf(run);
  return { command: mask(run.command), outcome };
}

/** The end of a text in lines, each as it was last drawn, without escape sequences and control characters. */
function linesOf(text: string): string[] {
  const lines = text
    .slice(-limits.characters)
    .replace(/\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b\n]*(?:\u0007|\u001b\\)?/g, '')
    .split('\n')
    .slice(-limits.lines);
  return lines.map((line) => {
    const drawn = line.replace(/\r+$/, '');
    return drawn
      .slice(drawn.lastIndexOf('\r') + 1)
      .slice(0, limits.line)
      .replace(/\t/g, ' ')
      .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '');
  });
}

/** Commands tried between an error and its end; with more nobody can tell what helped. */
const TRIED = 8;
const NAMED = 3;

/** Errors that a command no longer had when it was run again, or run otherwise. */
function gotchas(steps: readonly Step[]): Lesson[] {
  return steps.flatMap((step, at) => {
    const { error } = step.outcome;
    if (error === undefined) return [];
    const fix = changed(steps, at) ?? mended(steps, at);
    return fix ? [gotcha(step.command, error, fix)] : [];
  });
}

/** The command that was run instead and succeeded, if it is much the same. */
function changed(steps: readonly Step[], at: number): string[] | undefined {
  const next = steps.slice(at + 1, at + 1 + TRIED).find(({ command }) => !isViewer(command));
  if (next?.outcome.state !== 'succeeded' || !isVariant(steps[at]!.command, next.command)) return undefined;
  return [next.command];
}

/** What was done before the same command no longer had this error, if in the end it succeeded. */
function mended(steps: readonly Step[], at: number): string[] | undefined {
  const { command, outcome } = steps[at]!;
  const isSame = (step: Step) => step.command === command;
  const again = steps.findIndex((step, i) => i > at && isSame(step));
  if (again < 0 || again - at - 1 > TRIED || steps[again]!.outcome.error === outcome.error) return undefined;
  const succeeds = steps.slice(again).some((step) => isSame(step) && step.outcome.state === 'succeeded');
  const tried = steps
    .slice(at + 1, again)
    .filter((step) => step.outcome.state !== 'failed' && !isViewer(step.command))
    .map((step) => step.command);
  return succeeds && tried.length > 0 ? [...new Set(tried)].slice(-NAMED) : undefined;
}

const TEXT = 300;
const shown = (text: string) => cut(mask(text).replace(/\s+/g, ' ').trim());
const cut = (text: string) => (text.length > TEXT ? `${text.slice(0, TEXT)}...` : text);
const code = (command: string) => `\`${shown(command).replaceAll('`', "'")}\``;

/** The surer, the fewer commands it may have been. */
const SURENESS = [0.7, 0.6, 0.5];

function gotcha(command: string, error: string, fix: readonly string[]): Lesson {
  const said = shown(error);
  return {
    kind: 'pattern',
    fields: {
      type: 'gotcha',
      description: `${said}${/[.!?:]$/.test(said) ? '' : '.'} What helped: ${fix.map(code).join(', then ')}.`,
      context: `After ${code(command)}.`,
    },
    confidence: SURENESS[fix.length - 1] ?? 0.5,
  };
}

/** Commands that test and build and did not fail; of those that differ in their arguments only the shortest. */
function skills(steps: readonly Step[]): Lesson[] {
  const byStem = new Map<string, { name: 'test' | 'build'; command: string }>();
  for (const { command } of steps.filter(({ outcome }) => outcome.state !== 'failed')) {
    const parts = partsOf(command);
    parts.forEach((part, i) => {
      const recipe = recipeOf(part);
      if (!recipe || isMasked(part.text)) return;
      // Where it is run belongs to it.
      const before = parts[i - 1];
      const text =
        before?.words[0] === 'cd' && before.words.length === 2 ? `${before.text} && ${part.text}` : part.text;
      const known = byStem.get(recipe.stem);
      if (!known || text.length < known.command.length) byStem.set(recipe.stem, { name: recipe.name, command: text });
    });
  }
  return [...byStem.values()].map(({ name, command }) => ({
    kind: 'skill',
    fields: {
      ...{ name, command, description: 'Succeeded in a session.', steps: [] },
      triggers: name === 'test' ? ['test', 'tests'] : ['build', 'compile'],
    },
    confidence: 0.7,
  }));
}

/** Packages that were brought in by name. */
function dependencies(steps: readonly Step[]): Lesson[] {
  const parts = steps.filter(({ outcome }) => outcome.state === 'succeeded').flatMap(({ command }) => partsOf(command));
  return parts.flatMap((part) => {
    const needed = neededBy(part);
    return (needed?.packages ?? []).map(
      (name): Lesson => ({
        kind: 'pattern',
        fields: {
          type: 'dependency',
          description: `Depends on ${code(name)} (${needed!.manager}).`,
          context: `Brought in with ${code(part.text)}.`,
        },
        confidence: 0.7,
      }),
    );
  });
}

function once(lessons: readonly Lesson[]): Lesson[] {
  const key = ({ kind, fields }: Lesson) => JSON.stringify(kind === 'pattern' ? fields.description : fields);
  return [...new Map(lessons.map((lesson) => [key(lesson), lesson])).values()];
}
