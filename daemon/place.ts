/** Which tmux server belongs to a data folder. */
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import type { Paths } from '#protocol/paths';

/** `rdv` for the usual data folder; another folder gets a server of its own. */
export function socketName({ home }: Paths): string {
  if (home === `${homedir()}/.remote-dev`) return 'rdv';
  return `rdv-${createHash('sha256').update(home).digest('hex').slice(0, 10)}`;
}
