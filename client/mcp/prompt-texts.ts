/** The prompts: what each is for, what it asks of the person, and what it tells the model to do with our tools. Pure. */

export interface PromptArgument {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** What it names, which tells how it is completed and checked. */
  readonly kind: 'text' | 'session' | 'folder' | 'directory' | 'agent';
}

export interface Prompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly args: readonly PromptArgument[];
  /** Of arguments that were checked; what was left out is undefined. */
  readonly text: (given: Readonly<Record<string, string>>) => string;
}

type Rest = Pick<PromptArgument, 'name' | 'description'>;
const needed = (kind: PromptArgument['kind'], rest: Rest): PromptArgument => ({ ...rest, kind, required: true });
const optional = (kind: PromptArgument['kind'], rest: Rest): PromptArgument => ({ ...rest, kind, required: false });

const folder = optional('folder', { name: 'folder', description: 'Name or id of the folder of the project.' });
const directory = (description: string) => needed('directory', { name: 'directory', description });
const agent = optional('agent', { name: 'agent', description: 'The agent that is to work there; a shell if none.' });

/** Steps as a numbered list; those that do not apply are left out. */
const steps = (head: string, ...all: readonly (string | false | undefined)[]) =>
  [head, '', ...all.filter(Boolean).map((step, at) => `${at + 1}. ${step}`)].join('\n');

/** What a person wrote, set apart from what we say. */
const quoted = (text: string) =>
  text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');

export const prompts: readonly Prompt[] = [
  {
    name: 'create_feature_session',
    title: 'Start a feature',
    description:
      'Makes a session with a git worktree and branch of its own for a new feature, and starts the work there.',
    args: [
      needed('text', { name: 'feature', description: 'What is to be built, in a sentence or more.' }),
      folder,
      optional('text', { name: 'baseBranch', description: 'The branch to start from; the default branch if none.' }),
      agent,
    ],
    text: ({ feature = '', folder: where, baseBranch, agent: who }) =>
      steps(
        `Start the work on this feature in a session of its own:\n\n${quoted(feature)}`,
        where
          ? `Call folder_list and find the folder ${where}; its path is the project.`
          : 'Call folder_list and pick the folder whose path is the project; ask me when it is not clear.',
        'Call worktree_list for the project, so that the branch you choose is not taken.',
        `Call session_create in that folder, with a worktree on a new branch named after the feature${baseBranch ? `, from ${baseBranch}` : ''}${who ? `, with the agent ${who}` : ''}.`,
        who && who !== 'none'
          ? 'Wait with terminal_wait until the agent is ready, then give it the feature as its task with terminal_send.'
          : 'Build it there: terminal_run for commands, terminal_read for what they said.',
        'Tell me the session, its branch and its directory.',
      ),
  },
  {
    name: 'debug_session',
    title: 'Find out what is wrong in a session',
    description: 'Looks at one session, its program, agent and output, and says what is wrong and what would help.',
    args: [
      needed('session', { name: 'session', description: 'Name or id of the session.' }),
      optional('text', { name: 'problem', description: 'What seems to be wrong.' }),
    ],
    text: ({ session = '', problem }) =>
      steps(
        `Find out what is wrong in the session ${session}.${problem ? ` This was noticed:\n\n${quoted(problem)}` : ''}`,
        `Call session_list and find ${session}, then session_get for its program, directory and exit.`,
        'Call agent_status: what its agent does, since when, and whether it waits for an answer.',
        'Read the screen with terminal_read; look further back with terminal_search for error|fail|denied|not found.',
        'Call events_since for what happened to it lately.',
        'Say what is wrong, from which lines you know it, and what to do. Type nothing into it before I agree.',
      ),
  },
  {
    name: 'run_and_check',
    title: 'Run a command and check it',
    description: 'Runs a command to its end in a session, reads what it said, and says whether it went well.',
    args: [
      needed('text', { name: 'command', description: 'The command line, such as `npm test`.' }),
      optional('session', { name: 'session', description: 'Name or id of the session; a new one if none.' }),
      optional('directory', { name: 'directory', description: 'Where to run it: an absolute path.' }),
    ],
    text: ({ command = '', session, directory: where }) =>
      steps(
        `Run this command and check how it went:\n\n${quoted(command)}`,
        session
          ? `Call session_list and find ${session}. When a program is at work in it, say so and stop.${where ? ` Go to ${where} there first.` : ''}`
          : `Call session_create for a shell${where ? ` in ${where}` : ''}.`,
        'Call terminal_run with the command; it comes back with the exit code and the last lines.',
        'When it runs longer than you may wait, go on with terminal_wait, and terminal_read for what is new.',
        'When it failed, find the first error with terminal_search and say what it means.',
        'Say whether it went well, with the exit code and the lines that show it.',
        !session && 'Close the session you made with session_close.',
      ),
  },
  {
    name: 'setup_project',
    title: 'Set a project up',
    description: 'Gets a project ready to work on: looks at it, installs what it needs, and runs its checks once.',
    args: [
      directory('The project: an absolute path.'),
      optional('text', { name: 'name', description: 'What to call its session.' }),
    ],
    text: ({ directory: where = '', name }) =>
      steps(
        `Set up the project in ${where}.`,
        'Call folder_list: a folder with this path is where its sessions belong.',
        `Call session_create for a shell in ${where}${name ? `, named ${name}` : ''}.`,
        'Look at it with terminal_run: its README, its manifests and lock files, the versions it asks for.',
        'Install what it needs with terminal_run, as its lock file says. Ask me before anything outside the directory.',
        'Run its build and its tests once with terminal_run.',
        'Say what is ready, what failed with its first error, and the commands for every day.',
      ),
  },
  {
    name: 'cleanup_worktrees',
    title: 'Clean up worktrees',
    description: 'Finds worktrees that nobody needs any more and removes those that hold no work, after asking.',
    args: [directory('The repository: an absolute path.')],
    text: ({ directory: where = '' }) =>
      steps(
        `Find the worktrees of ${where} that are no longer needed.`,
        `Call worktree_list for ${where}, and session_list for who works in them.`,
        'In each without a session look with terminal_run for what would be lost: git status --short, and git log --oneline with what is on no remote.',
        'Show me a table: path, branch, session, what would be lost.',
        'Remove only what I name and what would lose nothing: git worktree remove with terminal_run, never with --force. A worktree that was made for a session goes with it: session_close.',
        'Say what is gone and what is left.',
      ),
  },
  {
    name: 'fix_bug',
    title: 'Fix a bug',
    description: 'Makes a bug happen in a test, mends it in a worktree of its own, and shows that it is gone.',
    args: [
      needed('text', { name: 'bug', description: 'What happens, and what should happen instead.' }),
      folder,
      agent,
    ],
    text: ({ bug = '', folder: where, agent: who }) =>
      steps(
        `Fix this bug:\n\n${quoted(bug)}`,
        `Call folder_list and find ${where ? `the folder ${where}` : 'the folder of the project; ask me when it is not clear'}.`,
        `Call session_create there, with a worktree on a new branch named after the bug${who ? `, with the agent ${who}` : ''}.`,
        'Make the bug happen first: a test that fails, run with terminal_run.',
        'Mend its cause, not what shows of it. Run the test again, then all of them, with terminal_run.',
        'Search the output with terminal_search for warnings that are new.',
        'Say what the cause was, what you changed, and show the test failing before and passing now. Leave the session open.',
      ),
  },
  {
    name: 'review_stalled',
    title: 'Review stalled sessions',
    description: 'Goes through the agents that get nowhere or wait for an answer, and says what each of them needs.',
    args: [folder],
    text: ({ folder: where }) =>
      steps(
        `Review the sessions that get nowhere${where ? `, in the folder ${where} only` : ''}.`,
        where && `Call folder_list and find ${where}.`,
        'Call agent_status for the agents, their states and the stalls, and events_since for what orchestrators noticed.',
        'For each that is stalled, hung, blocked or limited read its screen with terminal_read.',
        'Say for each in two lines: what it was doing, what holds it up; and whether to answer, to nudge, to wait, or to close it.',
        'Do nothing yet. With what I agree to: answer or nudge with terminal_send, then see with terminal_wait that it goes on; session_suspend or session_close the others.',
      ),
  },
];
