/** Whether systemd lets the daemon outlive a login, which is asked for once for each user. */
import { userInfo } from 'node:os';
import { ask, refused } from '../units/ask.js';
import type { Supervisor } from '../units/unit.js';
import type { Context } from './context.js';

/** Tells that it is off and what to type, or turns it on when asked to. Throws Unavailable when that is refused. */
export async function tellOfLinger({ output }: Context, { kind }: Supervisor, turnOn: boolean): Promise<void> {
  if (kind !== 'systemd') return;
  const { username } = userInfo();
  // It knows only those who are logged in or linger.
  const { stdout } = await ask('loginctl', ['show-user', username, '--property=Linger', '--value']);
  if (stdout.trim() === 'yes') return;
  if (!turnOn)
    return output.note(
      `At your last logout systemd ends it and every session. Let them live on: \`loginctl enable-linger ${username}\`.`,
    );
  const answer = await ask('loginctl', ['enable-linger', username]);
  const cure = `As root: \`sudo loginctl enable-linger ${username}\`. All else is done.`;
  if (answer.code !== 0) throw refused('Lingering was not turned on', answer, cure);
  output.note('Lingering is on: the daemon and sessions live on after you log out.');
}
