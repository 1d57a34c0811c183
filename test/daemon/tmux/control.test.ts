/** The control connection: replies to their commands, output to its pane, whatever way the bytes are cut. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { type Control, createControl, TmuxError, TmuxGone } from '../../../daemon/tmux/control.js';

interface Played {
  readonly control: Control;
  readonly said: string[];
  readonly sent: () => string;
  feed(text: string, pieces?: number): void;
}

function play(): Played {
  const input = new PassThrough();
  const output = new PassThrough();
  const said: string[] = [];
  const control = createControl(input, output, {
    output: (pane, data) => said.push(`%${pane} ${data.toString('latin1')}`),
    paused: (pane) => said.push(`paused ${pane}`),
    windowClosed: (window) => said.push(`closed ${window}`),
    other: (line) => said.push(`other ${line}`),
    exit: (reason) => said.push(`exit ${reason}`),
  });
  return {
    control,
    said,
    sent: () => (input.read() ?? '').toString(),
    feed(text, pieces = 1) {
      const bytes = Buffer.from(text, 'latin1');
      const size = Math.ceil(bytes.length / pieces);
      for (let at = 0; at < bytes.length; at += size) output.emit('data', bytes.subarray(at, at + size));
    },
  };
}

const STREAM = [
  '%begin 1 10 0',
  '%end 1 10 0',
  '%output %3 plain text\\015\\012',
  '%begin 1 11 1',
  'one',
  '%output %9 inside a reply is text',
  '%end 1 11 1',
  '%extended-output %12 40 : a : b\\134\\033[31m\xc3',
  '%window-close @7',
  '%unlinked-window-close @8',
  '%pause %5',
  '%begin 1 12 1',
  'no such thing',
  '%error 1 12 1',
  '%something-new 1 2 3',
  '%exit server exited',
  '',
].join('\n');

for (const pieces of [1, 2, 7, 50, STREAM.length]) {
  test(`a stream cut into ${pieces} pieces says the same`, async () => {
    const { control, said, feed } = play();
    const first = control.run([['list-sessions']]);
    const second = control.run([['nonsense']]);
    feed(STREAM, pieces);
    assert.equal((await first)[0]!.toString(), 'one\n%output %9 inside a reply is text');
    await assert.rejects(second, (error) => error instanceof TmuxError && error.message === 'no such thing');
    assert.deepEqual(said, [
      '%3 plain text\r\n',
      '%12 a : b\\\x1b[31m\xc3',
      'closed 7',
      'closed 8',
      'paused 5',
      'other %something-new 1 2 3',
      'exit server exited',
    ]);
  });
}

test('arguments leave as octal, so that nothing of them is syntax', () => {
  const { control, sent } = play();
  void control.run([
    ['set-buffer', '-b', 'x', 'a;b $HOME #(id)\n"é"'],
    ['kill-window', '-t', '@3'],
  ]);
  const quoted = '"a\\073b\\040\\044HOME\\040\\043\\050id\\051\\012\\042\\303\\251\\042"';
  assert.equal(sent(), `set-buffer -b x ${quoted} ; kill-window -t @3\n`);
});

test('a failing command ends the whole line, and the next line gets its own replies', async () => {
  const { control, feed } = play();
  const line = control.run([['one'], ['two'], ['three']]);
  const next = control.run([['four']]);
  feed('%begin 1 1 1\n%end 1 1 1\n%begin 1 2 1\nbad\n%error 1 2 1\n%begin 1 3 1\nfour\n%end 1 3 1\n');
  await assert.rejects(line, TmuxError);
  assert.equal((await next)[0]!.toString(), 'four');
});

test('a program that prints the end of a reply does not end it', async () => {
  const { control, feed } = play();
  const text = '%end 1 2 1\nmore';
  const replies = control.run([['size'], ['show']], {
    complete: (index, before, body) => index !== 1 || body.length >= Number(before[0]),
  });
  feed(`%begin 1 1 1\n${text.length}\n%end 1 1 1\n%begin 1 2 1\n${text}\n%end 1 2 1\n`);
  assert.equal((await replies)[1]!.toString(), text);
});

test('the place of a reply is told while the bytes around it are read', () => {
  const { control, said, feed } = play();
  void control.run([['capture']], { begun: () => said.push('begun') });
  feed('%output %1 before\n%begin 1 1 1\n%end 1 1 1\n%output %1 after\n');
  assert.deepEqual(said, ['%1 before', 'begun', '%1 after']);
});

test('when the connection is gone, everything waiting and everything later fails', async () => {
  const { control } = play();
  const waiting = control.run([['one']]);
  control.fail('killed');
  await assert.rejects(waiting, TmuxGone);
  await assert.rejects(control.run([['two']]), TmuxGone);
});
