/** Number 2 and the shape of what is minted: known by scanners, told from a wrong one without a look. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { TokenKind } from '#protocol';
import { hashOf, isWellFormed, mint, mintPlain, newId, prefixOf } from '../../../daemon/tokens/mint.js';

test('a token has its kind, its id, 32 bytes of chance and a check', () => {
  for (const kind of TokenKind.options) {
    const id = newId();
    const text = mint(kind, id);
    assert.match(text, new RegExp(`^rdv_${kind}_${id}_[0-9a-f]{64}_[0-9a-f]{8}$`));
    assert.notEqual(mint(kind, id), text);
    assert.equal(isWellFormed(text), true);
    assert.equal(prefixOf(text).length, 12);
    assert.equal(hashOf(text).length, 32);
  }
  assert.equal(Buffer.from(mintPlain(), 'base64').length, 32);
});

test('one letter changed, dropped or added anywhere behind its beginning is seen without looking it up', () => {
  const text = mint('cli', newId());
  const letters = '0123456789abcdefgXYZ_-';
  const place = fc.integer({ min: 'rdv_cli_'.length, max: text.length - 1 });
  fc.assert(
    fc.property(place, fc.constantFrom(...letters), fc.constantFrom('change', 'drop', 'add'), (at, letter, how) => {
      const rest =
        how === 'change' ? letter + text.slice(at + 1) : how === 'drop' ? text.slice(at + 1) : letter + text.slice(at);
      const wrong = text.slice(0, at) + rest;
      assert.equal(isWellFormed(wrong), wrong === text);
    }),
  );
});

test('plain forms are looked up: base64, a key of the plain kind, anything else', () => {
  const key = `rdv_${randomBytes(32).toString('base64url')}`;
  const unlucky = `rdv_cli_${randomBytes(32).toString('base64url').slice(4)}`;
  for (const plain of [mintPlain(), key, unlucky, 'secret', 'rdv_xyz_1_2_3']) assert.equal(isWellFormed(plain), true);
});
