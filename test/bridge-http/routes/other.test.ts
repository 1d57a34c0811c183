/** Every route of preferences, keys and tmux, against a real daemon: whole answers, and each failure the contract lists. */
import { otherRows } from './other-rows.js';
import { check } from './rows.js';

check('routes of preferences, keys and tmux', otherRows);
