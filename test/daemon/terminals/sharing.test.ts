/** Viewers that fall behind together are moved by one picture, unless it is too old for one of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stream as limits } from '#protocol';
import { stand } from '../../../daemon/terminals/moving.js';
import { createPeer, setUp, viewerOf } from '../../support/viewers.js';

/** More than a viewer may lag behind. */
const FLOOD = Buffer.alloc(limits.lagBytes + 1, 'x');

/** A stream with two viewers, of whom the second joins when told. */
function setUpTwo() {
  const first = setUp();
  const { stream } = first;
  const peer = createPeer();
  const second = { ...viewerOf(peer.peer), streamId: 't' };
  const joinSecond = () => {
    stand(second, stream.here().offset);
    stream.add(second, stream.here().epoch);
  };
  return { ...first, peer, second, joinSecond };
}

test('viewers that fell behind together are moved by one picture', async () => {
  const { stream, join, answer, asked, until, names, peer, joinSecond } = setUpTwo();
  join();
  joinSecond();
  stream.output(FLOOD);
  await answer('screen');
  await until(() => names().includes('snapshot'));
  await peer.until(() => peer.names().includes('snapshot'));
  assert.deepEqual([names(), peer.names(), asked()], [['gap', 'snapshot'], ['gap', 'snapshot'], 1]);
});

test('a picture from before what a viewer already has is not used for it', async () => {
  const { stream, join, begin, heard, until, names, peer, second, joinSecond } = setUpTwo();
  join();
  stream.output(FLOOD);
  const early = await begin();
  const place = stream.here().offset;
  // While that picture is being made another comes, who stands after it, and falls behind as well.
  stream.output(Buffer.from('more'));
  joinSecond();
  stream.output(FLOOD);
  stream.push(second);
  early.answer('early');
  await until(() => names().includes('snapshot'));
  assert.equal(heard.find(({ name }) => name === 'terminal/snapshot')?.params.offset, place);
  (await begin()).answer('late');
  await peer.until(() => peer.names().includes('snapshot'));
  const { params } = peer.heard.find(({ name }) => name === 'terminal/snapshot')!;
  assert.match(Buffer.from(params.data, 'base64').toString(), /^late/);
});
