/** What is known of each agent before anybody adds to it. */

import { claude } from './claude.js';
import { codex } from './codex.js';
import { gemini } from './gemini.js';
import type { Manifest, Provider } from './manifest.js';
import { opencode } from './opencode.js';
import { shell } from './shell.js';

export const builtIn: Readonly<Record<Provider, Manifest>> = { claude, codex, gemini, opencode, shell };
