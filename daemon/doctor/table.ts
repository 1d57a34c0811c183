/** Every check of the doctor, in the order in which they are told. */
import { agentChecks } from './agents.js';
import type { Check } from './check.js';
import { configChecks } from './config.js';
import { databaseChecks } from './database.js';
import { folderChecks } from './folders.js';
import { hookChecks } from './hooks.js';
import { programChecks } from './programs.js';
import { sessionChecks } from './sessions.js';
import { socketChecks } from './socket.js';
import { systemChecks } from './system.js';
import { tokenChecks } from './tokens.js';
import { unitChecks } from './units.js';

export const checks: readonly Check[] = [
  ...programChecks,
  ...folderChecks,
  ...socketChecks,
  ...databaseChecks,
  ...tokenChecks,
  ...configChecks,
  ...sessionChecks,
  ...systemChecks,
  ...agentChecks,
  ...hookChecks,
  ...unitChecks,
];
