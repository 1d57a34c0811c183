/** Every route of sessions, against a real daemon: whole answers, and each failure the contract lists. */
import { check } from './rows.js';
import { sessionRows } from './session-rows.js';

check('routes of sessions', sessionRows);
