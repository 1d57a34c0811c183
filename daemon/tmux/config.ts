/** The configuration of our own tmux server. */

/** The session whose one client sees every managed window; its own window receives a line when a program ends. */
export const HUB = 'rdv-hub';
/** Target of the hub's own window, exact in name. */
export const BELL = `=${HUB}:=bell`;
/** Names of managed tmux sessions begin so; the rest is the session's id. */
export const PREFIX = 'rdv-';

/**
 * The commands that make a server ours, run on every new connection. Options of other versions may fail; each is its
 * own command. `pane-died` types a line into the hub's own window because no control-mode notification tells of a
 * program's end while `remain-on-exit` keeps its window, and a poll or a process per check would cost more.
 */
export const settings = (terminal: string): readonly (readonly string[])[] => [
  ['set-option', '-g', 'exit-empty', 'off'],
  ['set-option', '-g', 'exit-unattached', 'off'],
  ['set-option', '-g', 'destroy-unattached', 'off'],
  ['set-option', '-g', 'status', 'off'],
  ['set-option', '-g', 'mouse', 'off'],
  ['set-option', '-g', 'prefix', 'None'],
  ['set-option', '-g', 'prefix2', 'None'],
  ['set-option', '-g', 'update-environment', ''],
  ['set-option', '-g', 'default-terminal', terminal],
  ['set-option', '-sg', 'escape-time', '0'],
  ['set-option', '-g', 'remain-on-exit', 'on'],
  ['set-option', '-gq', 'remain-on-exit-format', ''],
  ['set-option', '-g', 'allow-rename', 'off'],
  ['set-option', '-g', 'automatic-rename', 'off'],
  ['set-option', '-g', 'set-titles', 'off'],
  ['set-option', '-g', 'base-index', '0'],
  ['set-option', '-gq', 'allow-passthrough', 'off'],
  ['set-option', '-sq', 'set-clipboard', 'off'],
  ['set-option', '-g', 'visual-bell', 'off'],
  ['set-option', '-g', 'bell-action', 'none'],
  ['set-option', '-g', 'monitor-bell', 'off'],
  ['set-option', '-g', 'focus-events', 'on'],
  ['set-hook', '-g', 'pane-died', `send-keys -t ${BELL} died Enter`],
];
