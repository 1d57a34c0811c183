/** The removal of worktrees over HTTP: refused while anything is at stake, and what is forced away comes back whole. */
import { check } from './rows.js';
import { removalRows } from './worktree-rows.js';

check('routes that remove worktrees', removalRows);
