/** Checks of the token files. Nothing of a token is ever told. */
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Check, failure, note, ok, word } from './check.js';
import type { Context } from './context.js';
import { changed, makePrivate } from './folders.js';
import { judgePrivate } from './private.js';

export const tokenChecks: readonly Check[] = [
  tokenCheck('cli-token', 'token', ({ paths }) => paths.cliToken),
  tokenCheck('service-token', 'service token', ({ paths }) => join(paths.home, 'server', 'service-token'), false),
];

/** One that is not needed may be missing also while a daemon runs. */
function tokenCheck(name: string, title: string, place: (context: Context) => string, needed = true): Check {
  return {
    name,
    title,
    async look(context) {
      const path = place(context);
      const stat = lstatSync(path, { throwIfNoEntry: false });
      const { held } = await context.lock();
      if (!stat) {
        if (!held) return ok('there is none yet; the first start makes it');
        if (!needed) return ok('there is none');
        return failure(`${path} is not there, so nobody can log in to the daemon that runs.`, restart(context));
      }
      if (!stat.isFile()) return failure(`${path} is no file.`, `mv ${word(path)} ${word(`${path}.aside`)}`);
      const wrong = judgePrivate(stat, { ...context, path, mode: 0o600 });
      if (wrong) return wrong;
      if (readFileSync(path, 'utf8').trim()) return ok('there, and only you can read it');
      if (!held) return note(`${path} is empty; the next start writes a new one.`, 'rdv daemon start');
      return failure(`${path} is empty, so nobody can log in to the daemon that runs.`, restart(context));
    },
    fix(context) {
      const path = place(context);
      const stat = lstatSync(path, { throwIfNoEntry: false });
      return stat?.isFile() ? changed([makePrivate(path, stat, 0o600, context.uid)]) : undefined;
    },
  };
}

/** Without a token it cannot be told to stop. */
const restart = ({ paths }: Context) => `kill $(cat ${word(paths.pid)}); rdv daemon start`;
