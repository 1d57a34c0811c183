/** Reads a screen by a manifest: what its rules say, what stands in the prompt box, what a dialog asks. */
import { type Dialog, type DialogOption, hashOf, TEXT_CHARS } from './dialog.js';
import { type BlockedKind, type EvidenceSource, SPAN_CHARS } from './evidence.js';
import { createExpression, type Expression } from './expression.js';
import type { Claim } from './gather.js';
import type { Grid } from './grid.js';
import { type Box, bottomOf, type Layout, layOut, unframed } from './layout.js';
import { limitEnd } from './limit.js';
import type { Composer, Manifest, Region, Rule } from './manifests/manifest.js';
import { findOptions } from './options.js';
import { fits } from './version.js';

/** What a screen does not show. */
export interface Aside {
  /** Number of the last sequence 9;4, and letter of the last 133; undefined without one. */
  readonly progress: string | undefined;
  readonly mark: string | undefined;
  /** Of the agent, as far as it was ever seen. */
  readonly version: string | undefined;
}

export interface Reading {
  /** Strongest first. */
  readonly claims: readonly Claim[];
  readonly composer: { readonly text: string } | undefined;
  readonly dialog: Dialog | undefined;
  readonly version: string | undefined;
}

export type Reader = (grid: Grid, aside: Aside, now: number) => Reading;

interface Compiled {
  readonly rule: Rule;
  readonly all: readonly Expression[];
  readonly any: readonly Expression[];
  readonly none: readonly Expression[];
}

/** The expressions of the manifest must be right. */
export function createReader(manifest: Manifest): Reader {
  const rules = [...manifest.rules].sort((a, b) => b.priority - a.priority).map(compiled);
  const { composer: shape } = manifest;
  const box = shape && boxOf(shape);
  const placeholders = (shape?.placeholder ?? []).map(createExpression);
  const versionOf = manifest.version === undefined ? undefined : createExpression(manifest.version);

  return (grid, aside, now) => {
    const layout = layOut(grid, box);
    const version = versionOf?.find(grid.lines.join('\n'))?.groups[0] ?? aside.version;
    const region = regionsOf(grid, layout, aside);
    const claims = rules.flatMap((each) => {
      if (each.rule.versions !== undefined && !fits(version, each.rule.versions)) return [];
      const span = matched(each, region);
      return span === undefined ? [] : [claimOf(each.rule, span, region(each.rule.region) ?? '', now)];
    });
    const asking = claims.find(({ says }) => says === 'blocked');
    return {
      claims,
      composer: layout.box && { text: typedIn(layout, placeholders) },
      dialog: asking && dialogOf(manifest, grid, layout, asking.kind ?? 'other'),
      version,
    };
  };
}

function boxOf({ box: kind, prompt, noPrompt, waits }: Composer): Box {
  const [begins, isNone, waiting] = [prompt, noPrompt, waits].map((source) => source && createExpression(source));
  const found = (expression: typeof begins, line: string) => (expression ? expression.find(line) : undefined);
  return {
    kind,
    prompt: (line) => (found(isNone, line) ? undefined : found(begins, line)?.end),
    waits: (line) => found(waiting, line) !== undefined,
  };
}

function compiled(rule: Rule): Compiled {
  const [all, any, none] = [rule.all, rule.any, rule.none].map((sources) => sources.map(createExpression));
  return { rule, all: all!, any: any!, none: none! };
}

/** The text of a region, undefined where it is not there. */
function regionsOf(grid: Grid, layout: Layout, aside: Aside): (region: Region) => string | undefined {
  const texts = new Map<Region, string | undefined>();
  const joined = (lines: readonly string[] | undefined) =>
    lines?.some((line) => line.trim() !== '') ? lines.join('\n') : undefined;
  const make: Readonly<Record<Region, () => string | undefined>> = {
    screen: () => joined(grid.lines.map(unframed)),
    bottom: () => joined(bottomOf(grid.lines).map(unframed)),
    status: () => joined(layout.status),
    footer: () => joined(layout.footer),
    dialog: () => joined(layout.dialog),
    composer: () => layout.box?.lines.join('\n'),
    prompt: () => promptAt(grid),
    last: () => bottomOf(grid.lines, 1)[0],
    title: () => grid.title || undefined,
    progress: () => aside.progress,
    mark: () => aside.mark,
  };
  return (region) => {
    if (!texts.has(region)) texts.set(region, make[region]());
    return texts.get(region);
  };
}

/** What stands before the cursor, when it is the last thing on the screen. */
function promptAt({ lines, cursor }: Grid): string | undefined {
  const { line, column } = cursor;
  const text = lines[line] ?? '';
  if (text.length > column || text.trim() === '') return undefined;
  return lines.slice(line + 1).some((below) => below.trim() !== '') ? undefined : text.padEnd(column);
}

/** The span of the first expression that a rule asks for; all of a region for one that asks only that it is there. */
function matched({ rule, all, any, none }: Compiled, region: ReturnType<typeof regionsOf>): string | undefined {
  const text = region(rule.region);
  if (text === undefined || (rule.beside !== undefined && region(rule.beside) === undefined)) return undefined;
  let span: string | undefined;
  for (const expression of all) {
    const match = expression.find(text);
    if (!match) return undefined;
    span ??= text.slice(match.start, match.end);
  }
  if (any.length > 0) {
    const match = any.map((expression) => expression.find(text)).find((found) => found !== undefined);
    if (!match) return undefined;
    span ??= text.slice(match.start, match.end);
  }
  return none.some((expression) => expression.find(text) !== undefined) ? undefined : (span ?? text);
}

const sources: Partial<Record<Region, EvidenceSource>> = { title: 'title', progress: 'progress', mark: 'mark' };

function claimOf({ id, region, says, kind }: Rule, span: string, text: string, now: number): Claim {
  const until = says === 'limited' ? limitEnd(text, now) : undefined;
  return {
    source: sources[region] ?? 'screen',
    says,
    rule: id,
    span: printable(span).replace(/\s+/g, ' ').trim().slice(0, SPAN_CHARS),
    ...(kind !== undefined && { kind }),
    ...(until !== undefined && { until }),
  };
}

const printable = (text: string) => text.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ');

/** What a person typed; nothing while only a placeholder is shown. */
function typedIn({ box }: Layout, placeholders: readonly Expression[]): string {
  const { lines, vivid } = box!;
  if (vivid.join('').trim() === '') return '';
  const text = trimmed(lines);
  return placeholders.some((placeholder) => placeholder.find(text)?.start === 0) ? '' : text;
}

function trimmed(lines: readonly string[]): string {
  return lines
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}

function dialogOf(manifest: Manifest, grid: Grid, layout: Layout, kind: BlockedKind): Dialog {
  // A dialog below a prompt box, or at a shell's prompt, is what stands at the bottom.
  const lines = layout.dialog.length > 0 ? layout.dialog : bottomOf(grid.lines).map(unframed);
  const { options, above } = findOptions(manifest.options, {
    ...{ lines, cols: grid.cols },
    reverse: grid.reverse.slice(layout.dialogFrom),
  });
  const known = options.map((option, at): DialogOption => ({ ...option, id: String(at + 1) }));
  return {
    kind,
    text: trimmed(above.map(printable)).slice(-TEXT_CHARS),
    options: known,
    hash: hashOf(kind, lines),
  };
}
