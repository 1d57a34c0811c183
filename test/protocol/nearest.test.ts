/** What a mistyped word is taken for, and when it is taken for none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '#protocol/nearest';

const commands = [
  'ls',
  'new',
  'run',
  'attach',
  'watch',
  'send',
  'screen',
  'close',
  'logs',
  'folder',
  'worktree',
  'token',
];
const keys = ['api_socket', 'pid_file', 'path'];

/** The words there are, the one given, and the one that is meant. */
const guesses: readonly [words: readonly string[], given: string, meant: string | undefined][] = [
  [commands, 'lss', 'ls'],
  [commands, 'sl', 'ls'],
  [commands, 'l', 'ls'],
  [commands, 'LS', 'ls'],
  [commands, 'rnu', 'run'],
  [commands, 'send', 'send'],
  [commands, 'attahc', 'attach'],
  [commands, 'atach', 'attach'],
  [commands, 'scrren', 'screen'],
  [commands, 'logz', 'logs'],
  [commands, 'wroktere', 'worktree'],
  [commands, 'fol', 'folder'],
  [commands, 'tokens', 'token'],
  [keys, 'api_sokcet', 'api_socket'],
  [keys, 'API_SOCKET', 'api_socket'],
  [keys, 'pidfile', 'pid_file'],
  [keys, 'paht', 'path'],
  [['größe', '漢字'], 'grösse', 'größe'],
  [['status', 'state'], 'stat', 'state'],
  [commands, 'bogus', undefined],
  [commands, 'foo', undefined],
  [commands, 'x', undefined],
  [commands, 'fo', undefined],
  [commands, 'build', undefined],
  [commands, 'delete', undefined],
  [['status', 'statistics'], 'sta', undefined],
  [['b'], 'a', undefined],
  [keys, 'constructor', undefined],
  [keys, 'x'.repeat(10_000), undefined],
  [keys, '', undefined],
  [[], 'path', undefined],
];

test('of a longer word one letter in three may differ, of a short one one letter, and the beginning will do', () => {
  for (const [words, given, meant] of guesses) assert.equal(nearest(words, given), meant, given);
});
