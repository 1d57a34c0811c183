/** `rdv attach` in a terminal that knows notifications: told of other sessions, and never in the middle of a sequence. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Attaching, openAttaching } from './attaching.js';

let place: Attaching;
before(async () => {
  place = await openAttaching();
});
after(() => place.close());

const osc9 = (text: string) => `\x1b]9;${text}\x1b\\`;

test('an attached terminal is told of other sessions, and not of the one it shows', async () => {
  const [here, there] = [await place.session('exec cat', ''), await place.session('exec cat', '')];
  const screen = await place.attached(here, '', { TERM_PROGRAM: 'iTerm.app' });
  const send = (title: string, session: string) =>
    place.run('notification', 'send', title, '--session-id', session, '--severity', 'warning');
  await send('of this one', here);
  await send('done;\x1b]0;x\x07', there);
  await screen.shows(osc9(`rdv: ${there}: done;]0;x`));
  assert.doesNotMatch(screen.text, /of this one/);
  screen.type('typed\r');
  await screen.shows('typed');
  screen.type('\x1dd');
  await place.givenBack(screen, `[detached from ${here}]`, 0);
  const { stdout } = await place.run('screen', here);
  assert.doesNotMatch(stdout, /done/, 'nothing reached the program');
});

test('it is told again after the daemon was replaced', async () => {
  const [here, there] = [await place.session('exec cat', ''), await place.session('exec cat', '')];
  const screen = await place.attached(here, '', { TERM_PROGRAM: 'iTerm.app' });
  await place.daemon.restart();
  screen.type('back\r');
  await screen.shows('back');
  await place.run('notification', 'send', 'done', '--session-id', there);
  await screen.shows(osc9(`rdv: ${there}: done`));
  screen.type('\x1dd');
  await place.givenBack(screen, `[detached from ${here}]`, 0);
});
