/** Codex: a bare prompt at the bottom, dialogs in its place, a line that says that it works above it. */
import type { Manifest } from './manifest.js';
import { ranked } from './rule.js';

export const codex: Manifest = {
  provider: 'codex',
  programs: ['codex'],
  graceMs: 3000,
  startsSlowly: true,
  hooks: { busyMs: 20_000, idleMs: 120_000 },
  submit: {
    pauseMs: 200,
    keys: ['Enter'],
    pastedPlaceholder: [
      String.raw`\[Pasted Content \d+ chars\](?: #\d+)?`,
      String.raw`\[Pasted text #\d+(?: \+\d+ lines?)?\]`,
    ],
  },
  composer: {
    box: 'bare',
    prompt: '^[›▌!](?:[ ]|$)',
    noPrompt: '^[›▌] \\d+\\. ',
    waits: '^• (?:queued|messages to be submitted)',
    placeholder: ['^Ask Codex to do anything'],
  },
  options: { shown: 'numbers', labels: [], unanswerable: ['none of the above'] },
  version: String.raw`OpenAI Codex \(v(\d+(?:\.\d+)+)`,
  rules: ranked({
    'trust-dialog': {
      region: 'dialog',
      any: ['do you trust the (?:contents|files)', 'allow codex to work in this folder'],
      says: 'blocked',
      kind: 'trust',
    },
    'login-dialog': {
      region: 'dialog',
      any: [
        'sign in with chatgpt',
        'provide your own api key',
        'finish signing in via your browser',
        'use your own openai api key',
      ],
      says: 'blocked',
      kind: 'login',
    },
    'plan-dialog': {
      region: 'dialog',
      all: ['implement this plan\\?', '[›❯>] \\d\\. '],
      says: 'blocked',
      kind: 'plan',
    },
    'question-dialog': {
      region: 'dialog',
      any: ['enter to submit (?:answer|all)', '^\\s*question \\d+/\\d+'],
      all: ['enter to submit|^[›❯>] \\d\\. |\\d\\. '],
      says: 'blocked',
      kind: 'question',
    },
    'permission-dialog': {
      region: 'dialog',
      all: ['press enter to confirm or esc to (?:cancel|go back)'],
      says: 'blocked',
      kind: 'permission',
    },
    'allow-command': {
      region: 'dialog',
      any: ['allow command\\?', 'would you like to (?:run|make|grant|allow)', 'do you want to approve'],
      all: ['yes'],
      says: 'blocked',
      kind: 'permission',
    },
    'title-action': { region: 'title', all: ['action required'], says: 'blocked', kind: 'permission' },
    'confirm-dialog': {
      region: 'dialog',
      any: [
        'press enter to (?:continue|select|confirm|submit|save|view)',
        'esc to (?:dismiss|go back|cancel)',
        'enter to (?:confirm|continue|select)',
      ],
      says: 'blocked',
      kind: 'other',
    },
    'marked-option': {
      region: 'dialog',
      all: [
        '^\\s*[›❯>] \\d+\\. [^\\n]*(?:\\n[^\\n]*)*?\\n\\s+\\d+\\. \\S|^\\s+\\d+\\. [^\\n]*(?:\\n[^\\n]*)*?\\n\\s*[›❯>] \\d+\\. ',
      ],
      says: 'blocked',
      kind: 'other',
    },
    'title-spinner': { region: 'title', all: ['^[⠀-⣿] ?'], says: 'busy' },
    'working-line': {
      region: 'status',
      all: ['^ {0,2}(?:[•◦·] )?[a-z][^\\n(]{0,80} \\(\\d+[smh][^)]*esc to interrupt'],
      says: 'busy',
    },
    'background-terminal': {
      region: 'status',
      all: ['^\\s*[•◦]? ?[1-9]\\d* background terminals? running'],
      says: 'busy',
    },
    'progress-shown': { region: 'progress', all: ['^[134]$'], says: 'busy' },
    'auth-failed': {
      region: 'status',
      any: [
        '^[■✗⚠] [^\\n]*(?:\\n +[^\\n]*)?401 unauthorized',
        '^[■✗⚠] [^\\n]*(?:\\n +[^\\n]*)?(?:access token could not be refreshed|codex login|not signed in|log (?:out|in) (?:and sign )?(?:in )?again)',
      ],
      says: 'auth_failed',
    },
    'limit-reached': {
      region: 'status',
      any: [
        '^[■✗⚠] [^\\n]*(?:hit|reached) your (?:[\\w-]+ )*limit',
        '^[■✗⚠] [^\\n]*(?:rate limit reached|quota exceeded|usage limit)',
      ],
      says: 'limited',
    },
    'prompt-line': { region: 'composer', says: 'idle' },
    interrupted: { region: 'status', all: ['^■ conversation interrupted'], beside: 'composer', says: 'idle' },
    'progress-over': { region: 'progress', all: ['^0$'], beside: 'composer', says: 'idle' },
    'asks-something': {
      region: 'bottom',
      any: ['\\(y/n\\)', '\\[y/n\\]', 'press (?:enter|any key|return)', '\\?\\s*$', '^[❯›>] \\d\\. '],
      says: 'doubt',
    },
  }),
};
