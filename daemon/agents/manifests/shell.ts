/** A shell, or any other program: its prompt, the marks a shell sets around commands, and passwords that are asked for. */
import type { Manifest } from './manifest.js';
import { ranked } from './rule.js';

/** What prompts end in; a digit or a word may stand before it. */
const PROMPT_END = '[$#%❯➜»λ⟩]';

export const shell: Manifest = {
  provider: 'shell',
  programs: ['sh', 'bash', 'dash', 'zsh', 'fish', 'ksh', 'ash', 'tcsh', 'csh', 'nu', 'pwsh', 'elvish', 'xonsh'],
  graceMs: 0,
  startsSlowly: false,
  hooks: { busyMs: 30_000, idleMs: 30_000 },
  submit: { pauseMs: 0, keys: ['Enter'], pastedPlaceholder: [] },
  composer: { box: 'cursor', prompt: `^[^\\n]*?${PROMPT_END}(?:[ ]|$)`, placeholder: [] },
  options: { shown: 'numbers', labels: [], unanswerable: [] },
  version: undefined,
  rules: ranked({
    password: {
      region: 'prompt',
      any: [
        '^[^\\n]*(?:password|passphrase|passcode|passwd)[^\\n]*: ?$',
        '^[^\\n]*\\b(?:pin|otp|verification code|one-time code|token)[^\\n]*: ?$',
        '^\\s*enter [^\\n]*(?:password|passphrase|pin)[^\\n]*[:?>] ?$',
      ],
      says: 'blocked',
      kind: 'login',
    },
    'host-key': {
      region: 'prompt',
      all: ['\\(yes/no(?:/\\[fingerprint\\])?\\)\\? ?$'],
      says: 'blocked',
      kind: 'trust',
    },
    username: { region: 'prompt', all: ['^(?:username|login)(?: for [^\\n]*)?: ?$'], says: 'blocked', kind: 'login' },
    'yes-or-no': {
      region: 'prompt',
      any: [
        '[(\\[](?:y(?:es)?)/(?:n(?:o)?)(?:/[^)\\]\\n]*)?[)\\]][^\\n]{0,3}$',
        'ok to proceed\\? [^\\n]*$',
        'do you want to continue[^\\n]*\\? ?$',
        'are you sure[^\\n]*\\? ?$',
        'press (?:any key|enter|return)[^\\n]*$',
        'overwrite [^\\n]*\\? ?$',
      ],
      says: 'blocked',
      kind: 'question',
    },
    'choice-asked': {
      region: 'prompt',
      all: ['^\\s*(?:select|choose|enter|please|which|what|\\?)[^\\n]*[:?>] ?$'],
      says: 'blocked',
      kind: 'question',
    },
    'command-runs': { region: 'mark', all: ['^C$'], says: 'busy' },
    'prompt-marked': { region: 'mark', all: ['^[AB]$'], beside: 'prompt', says: 'idle' },
    'prompt-line': {
      region: 'prompt',
      any: [`^[^\\n]{0,250}${PROMPT_END} $`, '^[\\w.~/@:()\\[\\] +-]{0,250}> $'],
      none: [
        '^(?:|\\.\\.\\.|dquote|quote|bquote|heredoc|cmdsubst|pipe|for|while|if|then|else|braceparam)> $',
        '^>>> $',
        '^\\s*\\d+% $',
        ': [^\\n]*% $',
      ],
      says: 'idle',
    },
  }),
};
