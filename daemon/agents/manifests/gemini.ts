/** Gemini CLI: a prompt box in a frame, dialogs in frames above where that was, a line with a spinner above it. */
import type { Manifest } from './manifest.js';
import { ranked } from './rule.js';

export const gemini: Manifest = {
  provider: 'gemini',
  programs: ['gemini'],
  graceMs: 3000,
  startsSlowly: true,
  hooks: { busyMs: 120_000, idleMs: 120_000 },
  submit: { pauseMs: 300, keys: ['Enter'], pastedPlaceholder: [String.raw`\[Pasted Text: \d+ (?:lines|chars)\]`] },
  composer: {
    box: 'ruled',
    prompt: '^\\s*[>!*](?:[ ]|$)',
    placeholder: ['^Type your message', '^@path/to/file', '^Press Esc again'],
  },
  options: { shown: 'numbers', labels: [], unanswerable: ['enter a custom value'] },
  version: String.raw`Gemini CLI v(\d+(?:\.\d+)+)`,
  rules: ranked({
    'trust-dialog': {
      region: 'dialog',
      any: ['do you trust (?:this|the files in this) folder', 'trust folder'],
      all: ['1\\. '],
      says: 'blocked',
      kind: 'trust',
    },
    'login-dialog': {
      region: 'dialog',
      any: [
        'how would you like to authenticate',
        'enter the authorization code',
        'waiting for auth',
        'enter gemini api key',
        'please visit the following url to authorize',
      ],
      says: 'blocked',
      kind: 'login',
    },
    'apply-change': {
      region: 'dialog',
      any: ['apply this change\\?', 'allow execution', 'do you want to proceed\\?', 'allow once'],
      all: ['1\\. '],
      says: 'blocked',
      kind: 'permission',
    },
    'waiting-confirmation': {
      region: 'bottom',
      all: ['waiting for user confirmation'],
      beside: 'dialog',
      says: 'blocked',
      kind: 'permission',
    },
    'action-required': {
      region: 'screen',
      all: ['action required'],
      beside: 'dialog',
      says: 'blocked',
      kind: 'permission',
    },
    'plan-dialog': {
      region: 'dialog',
      any: ['approves plan', 'ready to start implementation\\?'],
      says: 'blocked',
      kind: 'plan',
    },
    'question-dialog': {
      region: 'dialog',
      any: ['enter to select ·', 'enter to submit', 'answer questions'],
      says: 'blocked',
      kind: 'question',
    },
    'loop-dialog': { region: 'dialog', all: ['a potential loop was detected'], says: 'blocked', kind: 'other' },
    'quota-dialog': {
      region: 'dialog',
      any: ['usage limit reached for', 'keep trying', 'switch to gemini'],
      all: ['[●○]? ?1\\. '],
      says: 'blocked',
      kind: 'other',
    },
    'confirm-dialog': {
      region: 'dialog',
      any: [
        'use enter to (?:select|set|confirm)',
        'press enter',
        'enter to (?:confirm|continue)',
        '\\(use enter',
        '^\\s*● \\d+\\. ',
      ],
      says: 'blocked',
      kind: 'other',
    },
    'status-cancel': {
      region: 'status',
      all: ['^ ?[⠀-⣿◐◓◑◒⊶⊷] +\\S[\\s\\S]*\\(?esc to cancel'],
      says: 'busy',
    },
    'status-time': { region: 'status', all: ['^ ?\\S[^\\n]*\\(esc to cancel, \\d+[^)]*\\)\\s*$'], says: 'busy' },
    'title-working': { region: 'title', any: ['^✦ +\\S', '^[⠀-⣿] '], says: 'busy' },
    'progress-shown': { region: 'progress', all: ['^[134]$'], says: 'busy' },
    'auth-failed': {
      region: 'status',
      any: ['^ ?✕ [^\\n]*(?:api key not valid|401|unauthenticated|failed to login|please (?:re)?authenticate)'],
      says: 'auth_failed',
    },
    'limit-reached': {
      region: 'status',
      any: [
        '^ ?[✕ℹ⚡] [^\\n]*(?:\\n +[^\\n]*)?(?:exceeded your current quota|quota exceeded|resource_exhausted|daily [^\\n]*(?:quota|limit)|rate limit)',
      ],
      says: 'limited',
    },
    'prompt-box': { region: 'composer', says: 'idle' },
    'asks-something': {
      region: 'bottom',
      any: ['\\(y/n\\)', '\\[y/n\\]', 'press (?:enter|any key|return)', '\\?\\s*$', '^\\s*● \\d'],
      says: 'doubt',
    },
  }),
};
