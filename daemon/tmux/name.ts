/** The name of the tmux server that belongs to a data folder. */
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';

/** `rdv` for the usual data folder; another folder gets a server of its own. */
export function socketName(home: string): string {
  if (home === `${homedir()}/.remote-dev`) return 'rdv';
  return `rdv-${createHash('sha256').update(home).digest('hex').slice(0, 10)}`;
}
