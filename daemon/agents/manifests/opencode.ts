/** OpenCode: a full screen with a prompt behind a bar, dialogs in its place, a moving bar below it while it works. */
import type { Manifest } from './manifest.js';
import { ranked } from './rule.js';

export const opencode: Manifest = {
  provider: 'opencode',
  programs: ['opencode'],
  graceMs: 3000,
  startsSlowly: true,
  hooks: { busyMs: 30_000, idleMs: 30_000 },
  submit: { pauseMs: 100, keys: ['Enter'], pastedPlaceholder: [String.raw`\[Pasted ~?\d+ lines?\]`] },
  composer: { box: 'bar', prompt: '^\\s*\\S+ +\\S', placeholder: ['^Ask anything', '^Run a command'] },
  options: {
    shown: 'buttons',
    labels: ['Allow once', 'Allow always', 'Reject', 'Confirm', 'Cancel'],
    unanswerable: [],
  },
  version: undefined,
  rules: ranked({
    'permission-required': {
      region: 'bottom',
      any: ['^\\s*△ permission required', '^\\s*△ always allow', '^\\s*△ reject permission'],
      says: 'blocked',
      kind: 'permission',
    },
    'permission-buttons': {
      region: 'bottom',
      all: ['allow once +allow always +reject'],
      says: 'blocked',
      kind: 'permission',
    },
    'question-dialog': {
      region: 'bottom',
      any: ['esc dismiss'],
      says: 'blocked',
      kind: 'question',
    },
    'connect-provider': {
      region: 'screen',
      any: ['connect a provider', 'select auth method'],
      says: 'blocked',
      kind: 'login',
    },
    'update-dialog': { region: 'screen', all: ['update available', 'skip', 'confirm'], says: 'blocked', kind: 'other' },
    'interrupt-hint': { region: 'footer', all: ['esc (?:to )?(?:again to )?interrupt'], says: 'busy' },
    'moving-bar': { region: 'footer', all: ['[■⬝]{4}'], says: 'busy' },
    retrying: { region: 'footer', all: ['retrying (?:in|attempt)'], says: 'busy' },
    'auth-failed': {
      region: 'status',
      any: ['^\\s*┃?\\s*(?:\\w*autherror|authenticationerror|invalid (?:x-)?api[ -]key|unauthorized)'],
      says: 'auth_failed',
    },
    'limit-reached': {
      region: 'status',
      any: [
        "^\\s*┃?\\s*(?:rate limit exceeded|usage limit|quota exceeded|free usage exceeded|you(?:'ve| have) (?:hit|reached) )",
      ],
      says: 'limited',
    },
    'prompt-bar': { region: 'composer', says: 'idle' },
    'asks-something': {
      region: 'bottom',
      any: ['\\(y/n\\)', '\\[y/n\\]', 'press (?:enter|any key|return)', '\\?\\s*$', '△'],
      says: 'doubt',
    },
  }),
};
