/** Claude Code: a prompt box between two lines, dialogs in its place, a spinner above it. */
import type { Manifest } from './manifest.js';
import { ranked } from './rule.js';

/** Which turn above the prompt box, or stand there while it works. */
const SPINNER = '[*·✢✳✶✻✽∗∴]';

export const claude: Manifest = {
  provider: 'claude',
  programs: ['claude'],
  graceMs: 3000,
  startsSlowly: true,
  hooks: { busyMs: 120_000, idleMs: 120_000 },
  submit: {
    pauseMs: 300,
    keys: ['Enter'],
    pastedPlaceholder: [String.raw`\[Pasted text #\d+(?: \+\d+ lines?)?\]`, String.raw`\[Image #\d+\]`],
  },
  composer: {
    box: 'ruled',
    prompt: '^\\s*[❯>!#](?:[ ]|$)',
    placeholder: ['^Try "', '^Press up to edit queued messages'],
  },
  options: { shown: 'numbers', labels: [], unanswerable: ['type something', 'chat about this', 'other'] },
  version: String.raw`Claude Code v(\d+(?:\.\d+)+)`,
  rules: ranked({
    'trust-dialog': {
      region: 'dialog',
      any: [
        'do you trust the (?:files|contents)',
        'quick safety check',
        'is this a project you created or one you trust',
        'new MCP servers? found',
        'allow external CLAUDE\\.md',
      ],
      says: 'blocked',
      kind: 'trust',
    },
    'bypass-dialog': {
      region: 'dialog',
      all: ['bypass permissions mode', 'yes, i accept'],
      says: 'blocked',
      kind: 'trust',
    },
    'login-dialog': {
      region: 'dialog',
      any: [
        'select login method',
        'paste code here if prompted',
        "browser didn't open\\?",
        'login successful\\. press',
        'detected a custom api key in your environment',
      ],
      says: 'blocked',
      kind: 'login',
    },
    'limit-dialog': {
      region: 'dialog',
      all: ['stop and wait for limit to reset'],
      says: 'blocked',
      kind: 'other',
    },
    'plan-dialog': {
      region: 'dialog',
      all: ['would you like to proceed\\?'],
      any: ['auto-accept', 'manually approve', 'keep planning', 'bypass permissions'],
      says: 'blocked',
      kind: 'plan',
    },
    'permission-dialog': {
      region: 'dialog',
      all: ['^\\s*❯?\\s*1\\. yes'],
      any: ['do you want to', 'would you like to', 'wants to', 'allow'],
      says: 'blocked',
      kind: 'permission',
    },
    'question-dialog': {
      region: 'dialog',
      any: [
        'enter to select',
        'ready to submit your answers\\?',
        'space to select',
        'tab/arrow keys to navigate',
        'type something\\.?$',
      ],
      says: 'blocked',
      kind: 'question',
    },
    'confirm-dialog': {
      region: 'dialog',
      any: [
        'enter to (?:confirm|continue|submit|apply|set|save)',
        'press enter',
        'esc to (?:cancel|exit|close|go back)',
        '^\\s*❯ 1\\. yes',
      ],
      says: 'blocked',
      kind: 'other',
    },
    'marked-option': { region: 'dialog', all: ['^\\s*❯ \\d+\\. \\S'], says: 'blocked', kind: 'other' },
    'title-spinner': { region: 'title', all: ['^[⠀-⣿◐-◓] '], says: 'busy' },
    'status-spinner': {
      region: 'status',
      all: [`^ ?${SPINNER} \\S[^\\n]*(?:\\n[^\\n]*)?…`],
      none: [`^ ?${SPINNER} \\w+ for \\d`],
      says: 'busy',
    },
    'status-interrupt': {
      region: 'status',
      all: [`^ ?${SPINNER} [\\s\\S]*\\([^)]*esc to interrupt[^)]*\\)`],
      says: 'busy',
    },
    'status-retrying': { region: 'status', all: ['^\\s*⎿?\\s*api error[^\\n]*retrying in \\d+'], says: 'busy' },
    'footer-interrupt': { region: 'footer', all: ['esc to interrupt'], says: 'busy' },
    'background-shells': {
      region: 'footer',
      all: [
        '(?:^|[^\\d\\w])[1-9]\\d* (?:background |local )?(?:shells?|bash(?:es)?|tasks?|agents?|monitors?)(?:$|[^\\w-])',
      ],
      says: 'busy',
    },
    'progress-shown': { region: 'progress', all: ['^[134]$'], says: 'busy' },
    'auth-failed': {
      region: 'status',
      any: [
        '^\\s*[⎿●⏺]?\\s*invalid api key',
        '^\\s*[⎿●⏺]?\\s*(?:oauth token (?:has )?(?:expired|revoked)|credit balance is too low)',
        '^\\s*[⎿●⏺]?\\s*(?:not logged in|please run /login)',
        '^\\s*[⎿●⏺]?\\s*api error: 40[13]\\b',
        '^\\s*[⎿●⏺]?\\s*[^\\n]* · please run /login',
      ],
      says: 'auth_failed',
    },
    'not-logged-in': {
      region: 'footer',
      any: ['not logged in · (?:please )?run /login', 'invalid api key · '],
      says: 'auth_failed',
    },
    'limit-reached': {
      region: 'status',
      any: [
        "^\\s*[⎿●⏺]?\\s*(?:⚠ )?you['’]ve (?:hit|reached) your (?:[\\w-]+ )*limit",
        '^\\s*[⎿●⏺]?\\s*(?:claude )?(?:[\\w-]+ )*usage limit reached',
        '^\\s*[⎿●⏺]?\\s*(?:5-hour|weekly|opus|sonnet|session)(?: \\w+)? limit reached',
        "^\\s*[⎿●⏺]?\\s*you['’]re out of extra usage",
      ],
      says: 'limited',
    },
    'limit-in-footer': {
      region: 'footer',
      any: ["you['’]ve (?:hit|reached) your (?:[\\w-]+ )*limit", '(?:usage|5-hour|weekly|session) limit reached'],
      none: ['approaching'],
      says: 'limited',
    },
    'prompt-box': { region: 'composer', says: 'idle' },
    'title-idle': { region: 'title', all: ['^✳ '], beside: 'composer', says: 'idle' },
    'progress-over': { region: 'progress', all: ['^0$'], beside: 'composer', says: 'idle' },
    'asks-something': {
      region: 'bottom',
      any: ['\\(y/n\\)', '\\[y/n\\]', 'press (?:enter|any key|return)', '\\?\\s*$', '^\\s*[❯›>][ ]\\S'],
      says: 'doubt',
    },
  }),
};
