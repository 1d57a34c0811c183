/** Check of the hooks in the projects of folders: whether they run what is there. Nothing is ever put right in a project. */
import type { Finding } from '#protocol/diagnosis';
import { hookedAgents } from '../hooks/events.js';
import { look, type Seen } from '../hooks/look.js';
import { type Check, count, note, ok, some, warning, word } from './check.js';
import type { Context } from './context.js';

export const hookChecks: readonly Check[] = [{ name: 'hooks', title: 'hooks of agents', look: lookAtHooks }];

/** Who has more projects than this hears of the first ones. */
const PROJECTS = 200;

async function lookAtHooks({ database, rows }: Context): Promise<Finding> {
  if (!(await database()).there) return ok('there are no folders yet');
  const projects = (await rows()).projects.slice(0, PROJECTS);
  const seen = await Promise.all(
    projects.map(async ({ name, path }) => ({
      name,
      agents: await Promise.all(hookedAgents.map((agent) => look(agent, path))),
    })),
  );
  const stale = seen.filter(({ agents }) => agents.some(isStale));
  const [first] = stale;
  if (first) {
    const names = some(stale.map(({ name }) => `"${name}"`));
    const which = first.agents.filter(isStale).map(({ agent }) => agent);
    const why = `Hooks in ${names} do nothing: ${first.agents.find(isStale)!.wrong}`;
    return warning(why, `rdv hook install ${word(first.name)} ${which.join(' ')}`);
  }
  const unread = seen.flatMap(({ agents }) => agents.flatMap(({ wrong }) => wrong ?? []));
  const having = seen.filter(({ agents }) => agents.some(({ installed }) => installed)).length;
  const told = `installed in ${having} of ${count(projects.length, 'project')}`;
  return unread.length > 0 ? note(`${told}; not to be read: ${some(unread, 1)}`) : ok(told);
}

const isStale = ({ installed, wrong }: Seen): boolean => installed && wrong !== undefined;
