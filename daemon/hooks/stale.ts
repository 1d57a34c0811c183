/** Whether what hooks run is still there. */
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';

/** The first file of these command lines that is gone; what is looked up on the PATH is not looked at. */
export function staleIn(programs: readonly (readonly string[])[]): string | undefined {
  return programs.flat().find((word) => isAbsolute(word) && !existsSync(word));
}
