/** What counts as new on a screen, and what only moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentOf, moved } from '../../../daemon/stalls/content.js';

const screen = (...lines: string[]) => contentOf({ lines });

/** Pairs of lines, of real agents, between which nothing happened. */
const cosmetic: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  claude: [
    ['✻ Thinking… (12s · ↑ 1.2k tokens · esc to interrupt)', '✶ Pondering… (1m 13s · ↓ 987 tokens · esc to interrupt)'],
    ['· Fixing the parser… (2m 14s · ↓ 12.1k tokens)', '✽ Fixing the parser… (2m 15s · ↓ 12.3k tokens)'],
    ['✢ Compacting conversation…', '* Compacting conversation…'],
    ['  ⎿  Running… (3s · timeout 2m)', '  ⎿  Running… (1m 44s · timeout 2m)'],
    ['  ⎿  Tip: Use /memory to manage memory', '  ⎿  Tip: Press Shift+Enter for a new line'],
    ['✳ Baking… (esc to interrupt · ctrl+t to hide todos)', '✻ Baking… (esc to interrupt · ctrl+t to show todos)'],
    ['❯ ', '❯ what a person is typing meanwhile'],
    ['│ > a dra                │', '│ > a draft              │'],
    ['  main  14:03:59  $0.12', '  main  14:04:00  $0.13'],
  ],
  codex: [
    ['• Working (0s • esc to interrupt)', '◦ Working (1m 02s • esc to interrupt)'],
    ['⠋ rdv', '⠙ rdv'],
    ['› Ask Codex to do anything', '› and then'],
  ],
  gemini: [
    ['⠏ Reticulating splines… (esc to cancel, 12s)', '⠼ Consulting the digital spirits... (esc to cancel, 1m 3s)'],
    ['⠴ Waiting for auth... (Press ESC to cancel)', '⠦ Waiting for auth... (Press ESC to cancel)'],
  ],
  opencode: [
    ['⬝⬝■■■■⬝⬝  esc interrupt', '■■■■⬝⬝⬝⬝  esc interrupt'],
    ['  Build · sonnet · 12.3s', '  Build · sonnet · 1m 4.0s'],
  ],
  others: [
    ['Loading.', 'Loading...'],
    ['| waiting', '/ waiting'],
    ['installing -', 'installing \\'],
    ['started 3 minutes ago', 'started 14 minutes ago'],
    ['elapsed 00:12', 'elapsed 01:12'],
    ['9:59 pm', '10:00 pm'],
  ],
};

for (const [agent, pairs] of Object.entries(cosmetic)) {
  test(`what moves on a screen of ${agent} without meaning anything is no new content`, () => {
    for (const [before, after] of pairs) {
      const [one, other] = [screen('● Reading a file', before), screen('● Reading a file', after)];
      assert.equal(other.hash, one.hash, `${before}  ->  ${after}`);
      assert.ok(moved(other, one));
    }
  });
}

test('what an agent says, does or shows is new content', () => {
  const pairs = [
    ['● I will look at the tests', '● I will look at the tests first'],
    ['  ⎿  Read 12 lines', '  ⎿  Read 13 lines'],
    ['Downloading 34%', 'Downloading 35%'],
    ['  12 passed, 1 failed', '  13 passed, 1 failed'],
    ['error at src/a.ts:10:20', 'error at src/a.ts:10:21'],
    ['version 1.2.3', 'version 1.2.4'],
    ['✔ one', '✖ one'],
    ['☐ Write the tests', '☒ Write the tests'],
    ['', 'a line more'],
    ['commit 4f2a', 'commit 5f2a'],
  ];
  for (const [before, after] of pairs as [string, string][]) {
    assert.notEqual(screen('❯ ', after).hash, screen('❯ ', before).hash, `${before}  ->  ${after}`);
  }
});

test('only the last prompt on a screen is a draft: those above it are part of what was said', () => {
  assert.notEqual(screen('> yes', '● ok', '> ').hash, screen('> no', '● ok', '> ').hash);
  assert.equal(screen('> yes', '● ok', '> n').hash, screen('> yes', '● ok', '> ').hash);
});

test('a line goes with its place, and two lines are not one', () => {
  assert.notEqual(screen('a', 'b').hash, screen('b', 'a').hash);
  assert.notEqual(screen('ab', '').hash, screen('a', 'b').hash);
});

test('a screen read after another one reads the same as by itself', () => {
  const before = { lines: ['● one', '✻ Thinking… (1s)', '❯ ', ''] };
  const after = { lines: ['● one', '● two', '✶ Thinking… (2s)', '❯ x', ''] };
  assert.deepEqual(contentOf(after, contentOf(before)), contentOf(after));
  assert.deepEqual(contentOf(before, contentOf(after)), contentOf(before));
});
