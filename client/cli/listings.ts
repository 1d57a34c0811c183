/** By noun, how the things are listed that a person may name: for finding the one that is meant, and for completion. */
import { folders, orchestrators, sessions } from '../meant.js';
import type { Listing } from '../pick.js';
import { interactions } from './interactions.js';
import { notices } from './notifications.js';
import { insights } from './orchestrators.js';
import { receipts } from './receipts.js';
import { tokens } from './tokens.js';
import { trashed } from './trash.js';

export const listings: Readonly<Record<string, Listing<any>>> = {
  session: sessions,
  folder: folders,
  trash: trashed,
  token: tokens,
  notification: notices,
  orchestrator: orchestrators,
  interaction: interactions,
  insight: insights,
  injection: receipts,
};
