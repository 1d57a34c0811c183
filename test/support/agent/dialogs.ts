/** The dialogs an agent raises and how it says that it cannot go on, in its own words. */
import type { Dialog } from './looks.js';
import type { DialogKind, Plays } from './talk.js';

/** `text` and `options` of the test go before the usual ones. */
export function dialogOf(plays: Plays, kind: DialogKind, text?: string, options?: readonly string[]): Dialog {
  const usual = dialogs[plays][kind] ?? dialogs.claude[kind]!;
  return { kind, lines: text === undefined ? usual.lines : text.split('\n'), options: options ?? usual.options };
}

type Words = { readonly lines: readonly string[]; readonly options: readonly string[] };

const dialogs: Readonly<Record<Plays, Partial<Record<DialogKind, Words>>>> = {
  claude: {
    permission: {
      lines: ['Bash command', '', '  rm -rf build', '  Remove the build', '', 'Do you want to proceed?'],
      options: ['Yes', "Yes, and don't ask again for rm commands", 'No, and tell Claude what to do differently (esc)'],
    },
    question: {
      lines: [' ☐ Database', '', 'Which database should be used?', ''],
      options: ['SQLite', 'Postgres', 'Type something.'],
    },
    trust: {
      lines: ['Do you trust the files in this folder?', '', '/home/ann/app', ''],
      options: ['Yes, proceed', 'No, exit'],
    },
    login: {
      lines: ['Select login method:', ''],
      options: ['Claude account with subscription', 'Anthropic Console account'],
    },
    plan: {
      lines: ['Ready to code?', '', "Here is Claude's plan:", '  1. Fix the build', '', 'Would you like to proceed?'],
      options: ['Yes, and auto-accept edits', 'Yes, and manually approve edits', 'No, keep planning'],
    },
    bypass: {
      lines: ['WARNING: Claude Code running in Bypass Permissions mode', '', 'You accept all responsibility.', ''],
      options: ['No, exit', 'Yes, I accept'],
    },
  },
  codex: {
    permission: {
      lines: ['Would you like to run the following command?', '', '$ rm -rf build', ''],
      options: ['Yes, proceed (y)', "Yes, and don't ask again (a)", 'No, and tell Codex what to do differently (esc)'],
    },
    trust: {
      lines: ['Do you trust the contents of this directory?', ''],
      options: ['Yes, continue', 'No, quit'],
    },
  },
  gemini: {
    permission: {
      lines: ['?  Shell rm -rf build', '', "Allow execution of: 'rm'?", ''],
      options: ['Yes, allow once', 'Yes, allow always ...', 'No, suggest changes (esc)'],
    },
    trust: {
      lines: ['Do you trust this folder?', ''],
      options: ['Trust folder', "Don't trust"],
    },
    login: {
      lines: ['How would you like to authenticate for this project?', ''],
      options: ['Login with Google', 'Use Gemini API Key'],
    },
  },
  opencode: {
    permission: { lines: ['$ rm -rf build'], options: ['Allow once', 'Allow always', 'Reject'] },
  },
};

/** `%` stands for a time. */
export const words: Readonly<Record<Plays, { readonly limited: string; readonly authFailed: string }>> = {
  claude: {
    limited: "You've hit your usage limit · resets %",
    authFailed: 'Invalid API key · Please run /login',
  },
  codex: {
    limited: "■ You've hit your usage limit. Try again at %.",
    authFailed: '■ unexpected status 401 Unauthorized: please run codex login',
  },
  gemini: {
    limited: '✕ [API Error: You exceeded your current quota, which resets %]',
    authFailed: '✕ [API Error: API key not valid. Please pass a valid API key.]',
  },
  opencode: { limited: 'Rate limit exceeded, retry at %', authFailed: 'AuthenticationError: invalid x-api-key' },
};
