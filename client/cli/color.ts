/** Whether a command's output has colours: what was asked for, before what the terminal can do. */

export interface Wished {
  /** False with --no-color. */
  readonly flag?: boolean | undefined;
  readonly isTerminal: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Whoever wants none gets none, whatever else is set; an empty variable says nothing. */
export function isColored({ flag, isTerminal, environment }: Wished): boolean {
  const { NO_COLOR, FORCE_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM } = environment;
  if (flag === false || NO_COLOR) return false;
  if (FORCE_COLOR) return !isNo(FORCE_COLOR);
  if (CLICOLOR_FORCE && !isNo(CLICOLOR_FORCE)) return true;
  return isTerminal && CLICOLOR !== '0' && TERM !== 'dumb';
}

const isNo = (value: string) => value === '0' || value === 'false';
