/** `rdv bridge print-next-config`: the file that puts a Next.js app in front of the bridge. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Context } from './context.js';

/** It comes with rdv, beside the bundles, and is printed as it stands. */
export async function printNextConfig({ daemonFile, output }: Context): Promise<void> {
  const text = readFileSync(join(dirname(daemonFile), '../bridge-http/next/proxy.ts'), 'utf8');
  if (output.json) output.object({ text });
  else output.data(text);
}
