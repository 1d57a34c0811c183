/** Every route of worktrees, against a real daemon: whole answers, and each failure the contract lists. */

import { check } from './rows.js';
import { worktreeRows } from './worktree-rows.js';

check('routes of worktrees', worktreeRows);
