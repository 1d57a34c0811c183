/** Every route of folders, against a real daemon: whole answers, and each failure the contract lists. */
import { folderRows } from './folder-rows.js';
import { check } from './rows.js';

check('routes of folders', folderRows);
