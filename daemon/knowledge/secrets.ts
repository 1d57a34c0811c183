/** Keeps secrets out of what is remembered of a terminal. */

const HIDDEN = '***';

/** Variables whose values are settings that everybody may see, if they are short words. */
const open = new Set(
  'CI DEBUG NODE_ENV RAILS_ENV MIX_ENV APP_ENV FLASK_APP FLASK_ENV RUST_LOG RUST_BACKTRACE GOOS GOARCH CGO_ENABLED PORT TZ LANG LC_ALL FORCE_COLOR NO_COLOR VERBOSE V CC CXX'.split(
    ' ',
  ),
);

/** Words that name a secret, as part of the name of a field, option or variable. */
const NAME =
  '[\\w.-]{0,40}(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credentials?|auth)[\\w.-]{0,40}';
const VALUE = `(?:"[^"]*"?|'[^']*'?|[^\\s"'&|;]+)`;

const rules: readonly (readonly [pattern: RegExp, to: string | ((...parts: string[]) => string)])[] = [
  [/-----BEGIN [A-Z ]{0,40}-----.*/g, HIDDEN],
  // What tokens are known by.
  [
    /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|sk-|[sprk]{2}_(?:live|test)_|npm_|hf_|dop_v1_|rdv_|AKIA|ASIA|AIza|ya29\.|SG\.|eyJ)[\w.-]{10,}/g,
    HIDDEN,
  ],
  [/\b(bearer|basic|digest)\s+[\w.~+/=-]{6,}/gi, `$1 ${HIDDEN}`],
  [/(:\/\/)[^/\s@'"]{1,300}@/g, `$1${HIDDEN}@`],
  // `KEY=value`, as in the environment.
  [
    new RegExp(`\\b([A-Z][A-Z0-9_]{0,60})=(${VALUE})`, 'g'),
    (_, key, value) => (open.has(key!) && /^[\w.:/-]{0,30}$/.test(value!) ? `${key}=${value}` : `${key}=${HIDDEN}`),
  ],
  // `--password x`, `password: x`, `"token": "x"`, `?token=x`.
  [new RegExp(`(--?${NAME})(\\s+|=)${VALUE}`, 'gi'), `$1$2${HIDDEN}`],
  [new RegExp(`(\\b${NAME}["']?\\s{0,3}[:=]\\s{0,3})${VALUE}`, 'gi'), `$1${HIDDEN}`],
  // Options that are short for a password.
  [/\b(mysql\w*|mariadb\w*)\b([^|;&]{0,200}?\s-p)\S+/g, `$1$2${HIDDEN}`],
  [/\b(sshpass|docker login|podman login|redis-cli)\b([^|;&]{0,200}?\s-[pa]\s?)\S+/g, `$1$2${HIDDEN}`],
  [/(\s(?:-u|--user)[\s=]?['"]?[^\s:'"]{1,100}:)[^\s'"]+/g, `$1${HIDDEN}`],
];

/** What only machines write: long, with letters and digits. */
const RANDOM = /[A-Za-z0-9+_-]{32,}={0,2}/g;

/** The text with every part that may be a secret, and some that are none, as `***`. Takes as long as the text is. */
export function mask(text: string): string {
  const known = rules.reduce((masked, [pattern, to]) => masked.replace(pattern, to as string), text);
  return known.replace(RANDOM, (found) => (isRandom(found) ? HIDDEN : found));
}

function isRandom(text: string): boolean {
  const digits = text.replace(/\D/g, '').length;
  const words = text.split(/[-_+]/);
  // Names of branches and files are words with something between them.
  return digits >= 4 && /[A-Za-z]/.test(text) && text.length / words.length >= 12;
}

export const isMasked = (text: string) => text.includes(HIDDEN);
