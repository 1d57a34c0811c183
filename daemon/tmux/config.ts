/** The configuration of our own tmux server. */

/** The session whose one client sees every managed window; its own window receives a line when a program ends. */
export const HUB = 'rdv-hub';
/** Target of the hub's own window, exact in name. */
export const BELL = `=${HUB}:=bell`;
/** Names of managed tmux sessions begin so; the rest is the session's id. */
export const PREFIX = 'rdv-';

/**
 * The text of `-f`. Unknown options of older versions are passed over (`-q`). `pane-died` types a line into the hub's
 * own window because no control-mode notification tells of a program's end while `remain-on-exit` keeps its window,
 * and a poll or a process per check would cost more.
 */
export function configText(terminal: string): string {
  return `set -g exit-empty off
set -g exit-unattached off
set -g destroy-unattached off
set -g status off
set -g mouse off
set -g prefix None
set -g prefix2 None
set -g update-environment ''
set -g default-terminal ${terminal}
set -sg escape-time 0
set -g remain-on-exit on
set -gq remain-on-exit-format ''
set -g allow-rename off
set -g automatic-rename off
set -g set-titles off
set -g base-index 0
set -gq allow-passthrough off
set -sq set-clipboard off
set -g visual-bell off
set -g bell-action none
set -g monitor-bell off
set -g focus-events on
set-hook -g pane-died 'send-keys -t ${BELL} died Enter'
`;
}
