/** Check of what people may set. */

import { existsSync } from 'node:fs';
import { RpcError } from '#protocol';
import type { Finding } from '#protocol/diagnosis';
import { type Check, count, failure, ok, warning, word } from './check.js';
import type { Context } from './context.js';

export const configChecks: readonly Check[] = [{ name: 'config', title: 'configuration', look: lookAtConfig }];

function lookAtConfig({ paths, strangeInConfig }: Context): Finding {
  const { config } = paths;
  if (!existsSync(config)) return ok('there is none, so the defaults hold');
  const cure = `\${EDITOR:-vi} ${word(config)}`;
  try {
    const [first, ...rest] = strangeInConfig();
    if (!first) return ok(`${config} can be read`);
    const more = rest.length > 0 ? ` So it is with ${count(rest.length, 'other')}.` : '';
    return warning(`${first}${more}`, cure);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return failure(`No daemon starts with this: ${error.message}`, cure);
  }
}
