/** Preferences on the command line: each value with where it is from. */
import type { PortValidation, Result, Source } from '#protocol';
import type { Output } from './output.js';
import { formatTable } from './table.js';
import { clean } from './text.js';

export async function showExplained(output: Output, { keys }: Result<'preference/explain'>): Promise<void> {
  const { columns, colors } = output;
  const rows = keys.map(({ key, value, source, hides }) => [
    clean(key),
    shown(value),
    sourceText(source),
    hides.map((hidden) => `${shown(hidden.value)} (${sourceText(hidden.source)})`).join(', ') || '-',
  ]);
  const paint = (text: string, column: number) =>
    column === 2 && text.startsWith('built in') ? colors.dim(text) : column === 0 ? colors.bold(text) : text;
  const view = { paint, ...(columns !== undefined && { columns }) };
  output.data(await formatTable(['PREFERENCE', 'VALUE', 'FROM', 'INSTEAD OF'], rows, [0, 3, 1], view));
}

/** What is set, a line each; nothing of what is only inherited or built in. */
export async function showSet(
  output: Output,
  { userSettings, folderPreferences, folders, activeFolder }: Result<'preference/get'>,
) {
  const names = new Map(folders.map(({ id, name }) => [id, name]));
  const rows = [
    ...rowsOf('yours', userSettings),
    ...folderPreferences.flatMap((set) => rowsOf(`folder ${clean(names.get(set.folderId) ?? set.folderId)}`, set)),
  ];
  if (activeFolder) output.note(`The active folder is "${clean(activeFolder.name)}".`);
  if (rows.length === 0) return output.note('Nothing is set. `rdv preference explain` shows what holds.');
  const view = output.columns === undefined ? {} : { columns: output.columns };
  output.data(await formatTable(['WHERE', 'PREFERENCE', 'VALUE'], rows, [2, 0], view));
}

const NOT_SHOWN = ['userId', 'folderId', 'updatedAt', 'activeFolderId', 'pinnedFolderId', 'environmentVars'];

function rowsOf(where: string, set: Readonly<Record<string, unknown>>): string[][] {
  const plain = Object.entries(set).filter(([key, value]) => value !== null && !NOT_SHOWN.includes(key));
  const variables = Object.entries((set.environmentVars ?? {}) as Record<string, string>);
  return [
    ...plain.map(([key, value]) => [where, key, shown(value as Shown)]),
    ...variables.map(([key, value]) => [where, `environmentVars.${clean(key)}`, shown(value)]),
  ];
}

/** What is set there now, and which ports are in conflict. */
export async function showFolderSet(output: Output, result: Result<'preference/setFolder'>): Promise<void> {
  const rows = rowsOf('', result.preferences).map(([, key = '', value = '']) => [key, value]);
  const { columns } = output;
  output.data(await formatTable(['PREFERENCE', 'VALUE'], rows, [1], columns === undefined ? {} : { columns }));
  noteConflicts(output, result.portValidation);
}

export function showSetVariables(
  output: Output,
  { variables, portValidation }: Result<'preference/setVariables'>,
): void {
  for (const [key, value] of Object.entries(variables)) output.data(`${clean(key)}=${clean(value)}\n`);
  noteConflicts(output, portValidation);
}

/** Each conflict is a line of data here. */
export function showConflicts(output: Output, { conflicts }: PortValidation): void {
  for (const conflict of conflicts) output.data(`${conflictText(conflict)}\n`);
  if (conflicts.length === 0) output.note('No conflicts.');
}

function noteConflicts(output: Output, { conflicts }: PortValidation): void {
  for (const conflict of conflicts) output.note(conflictText(conflict));
}

function conflictText(conflict: PortValidation['conflicts'][number]): string {
  const { port, variableName, conflictingFolder, conflictingVariableName, suggestedPort } = conflict;
  const said = `Port ${port} of ${variableName} is also ${conflictingVariableName} of "${conflictingFolder.name}".`;
  return clean(suggestedPort === null ? said : `${said} ${suggestedPort} is free.`);
}

export async function showVariables(output: Output, { details }: Result<'preference/environment'>): Promise<void> {
  if (details.length === 0) return output.note('No variables. `rdv preference set-variables` sets some.');
  const { columns } = output;
  const rows = details.map(({ key, value, source, isDisabled, isOverridden, originalValue, originalSource }) => [
    clean(key),
    isDisabled ? '(disabled)' : shown(value),
    sourceText(source),
    isOverridden && originalSource ? `${shown(originalValue ?? '')} (${sourceText(originalSource)})` : '-',
  ]);
  const view = columns === undefined ? {} : { columns };
  output.data(await formatTable(['VARIABLE', 'VALUE', 'FROM', 'INSTEAD OF'], rows, [3, 1, 0], view));
}

function sourceText({ type, folderName }: Source): string {
  if (type === 'folder') return `folder ${clean(folderName ?? '')}`;
  return type === 'user' ? 'yours' : 'built in';
}

type Shown = string | number | boolean | null | readonly string[];

function shown(value: Shown): string {
  if (value === null) return '-';
  const text = Array.isArray(value) ? value.join(', ') : String(value);
  return text === '' ? "''" : clean(text);
}
