/** Knowledge and projects on the command line. */
import type { Project, Result } from '#protocol';
import type { Output } from './output.js';
import { formatTable } from './table.js';
import { clean, cleanLines, homely } from './text.js';

/** A line an item: kind, what it says, how sure it is. */
export async function showKnowledge(output: Output, result: Result<'knowledge/get'>): Promise<void> {
  if (!result.exists)
    return output.note('Nothing is known yet. `rdv knowledge update <folder> scan` looks at its project.');
  const { knowledge, conventions, patterns, skills, tools } = result;
  if (knowledge?.techStack.length) output.note(`Made with ${clean(knowledge.techStack.join(', '))}.`);
  const rows = [
    ...conventions.map((it) => ['convention', it.id, `${it.category}: ${it.description}`, it.confidence]),
    ...patterns.map((it) => [it.type, it.id, it.description, it.confidence]),
    ...skills.map((it) => ['skill', it.id, `${it.name}: ${it.command}`, it.confidence]),
    ...tools.map((it) => ['tool', it.id, `${it.name}: ${it.description}`, it.confidence]),
  ] as [string, string, string, number][];
  await showItems(output, rows);
}

export async function showFound(output: Output, { results }: Result<'knowledge/search'>): Promise<void> {
  if (results.length === 0) return output.note('Nothing fits.');
  const rows = results.map(({ type, score, item }): [string, string, string, number] => {
    const { name, command, description } = item as { name?: string; command?: string; description?: string };
    return [type, item.id, [name, command ?? description].filter(Boolean).join(': '), score];
  });
  await showItems(output, rows);
}

async function showItems(output: Output, items: readonly [string, string, string, number][]): Promise<void> {
  const { columns } = output;
  const rows = items.map(([kind, id, text, sure]) => [
    clean(kind),
    clean(text),
    `${Math.round(sure * 100)}%`,
    columns === undefined ? id : id.slice(0, 8),
  ]);
  const view = columns === undefined ? {} : { columns };
  output.data(await formatTable(['KIND', 'WHAT', 'SURE', 'ID'], rows, [1], view));
}

/** The document itself; where it was written, if it was. */
export function showExport(output: Output, { content, path }: Result<'knowledge/export'>): void {
  if (path !== null) output.note(`Written to ${clean(path)}.`);
  else output.data(cleanLines(content));
}

export async function showProjects(output: Output, { projects }: Result<'project/list'>): Promise<void> {
  if (projects.length === 0)
    return output.note('No projects. A folder with a directory has one: `rdv folder create --path`.');
  const { columns } = output;
  const rows = projects.map(({ path, state, category, primaryLanguage, framework }) => [
    clean(columns === undefined ? path : homely(path)),
    state,
    category,
    clean(primaryLanguage ?? '-'),
    clean(framework ?? '-'),
  ]);
  const view = columns === undefined ? {} : { columns };
  output.data(await formatTable(['PROJECT', 'STATE', 'KIND', 'LANGUAGE', 'FRAMEWORK'], rows, [0], view));
}

/** A line a fact, and none for what is not known. */
export async function showProject(output: Output, project: Project): Promise<void> {
  const { columns } = output;
  const { languages, dependencies, git, suggestedCommands: commands } = project;
  const facts: [string, string | null | undefined][] = [
    ['path', columns === undefined ? project.path : homely(project.path)],
    ['state', project.error === null ? project.state : `${project.state}: ${project.error}`],
    ['kind', `${project.category}${project.isMonorepo ? ', monorepo' : ''}`],
    ['languages', languages.map(({ name, percent }) => `${name} ${Math.round(percent)}%`).join(', ')],
    ['framework', project.framework],
    ['packages', project.packageManager],
    ['dependencies', dependencies.length > 0 ? String(dependencies.length) : ''],
    ['tests', project.testRunner],
    ['lint', project.linter],
    ['build', project.buildTool],
    ['ci', project.ci.join(', ')],
    ['git', git && [git.remote, git.defaultBranch].filter(Boolean).join(', ')],
    ...commands.map(({ label, command }): [string, string] => [`to ${label}`, command]),
  ];
  const rows = facts.flatMap(([name, value]) => (value ? [[name, clean(value)]] : []));
  const text = await formatTable(['', ''], rows, [1], columns === undefined ? {} : { columns });
  output.data(columns === undefined ? text : text.slice(text.indexOf('\n') + 1));
}
