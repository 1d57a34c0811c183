/** Knowledge as a document for people and for programs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Knowledge } from '#protocol';
import { asJson, asMarkdown } from '../../../daemon/knowledge/document.js';
import { type Item, noMetadata } from '../../../daemon/knowledge/knowledge.js';
import { item } from './known.js';

const knowledge: Knowledge = {
  ...{ folderId: 'f', techStack: ['TypeScript', 'C#'], lastScannedAt: 5, createdAt: 1, updatedAt: 9 },
  metadata: { ...noMetadata, projectName: 'Shop', framework: 'Next.js', testRunner: 'vitest' },
};
const items: Item[] = [
  item('convention', { description: 'Use `const`, not var', category: 'style', examples: ['const a = `x`;'] }),
  item('convention', { description: '# Commit in *small* steps\nalways_so _here_', category: 'git' }),
  item('pattern', { type: 'gotcha', description: '1. <script> & &lt; [x]', context: 'When it rains' }),
  item('skill', { name: 'test', command: 'npm test', description: 'All of them', steps: ['install', 'run'] }),
  item('tool', { name: 'deploy', description: 'Deploys', implementationCode: 'a\n```\nb' }),
];

test('the whole of it as Markdown, with nothing in it taken for markup', () => {
  assert.equal(
    asMarkdown({ folderName: 'web', knowledge, items }),
    `# Shop

- Made with: TypeScript, C#
- Framework: Next.js
- Test runner: vitest

## Conventions

- \\# Commit in \\*small\\* steps always_so \\_here\\_ (git)
- Use \`const\`, not var (style)
  - \`\`const a = \`x\`;\`\`

## Patterns

- gotcha: 1\\. \\<script\\> & \\&lt; \\[x\\]
  - When it rains

## Skills

- test: All of them
  - \`npm test\`
  1. install
  2. run

## Tools

- deploy (command): Deploys

  \`\`\`\`
  a
  \`\`\`
  b
  \`\`\`\`

`,
  );
});

test('as JSON it is everything, and can be read again', () => {
  const all = JSON.parse(asJson({ folderName: 'web', knowledge, items }));
  const of = (kind: Item['kind']) => items.filter((each) => each.kind === kind).map((each) => each.item);
  assert.deepEqual(all, {
    ...{ folder: 'web', techStack: knowledge.techStack, metadata: knowledge.metadata, lastScannedAt: 5 },
    conventions: [items[1]!.item, items[0]!.item],
    ...{ patterns: of('pattern'), skills: of('skill'), tools: of('tool') },
  });
});

test('of nothing that is what is said', () => {
  const nothing = { folderName: 'web', knowledge: undefined, items: [] };
  assert.equal(asMarkdown(nothing), '# web\n\nNothing is known yet.\n');
  assert.deepEqual(JSON.parse(asJson(nothing)).metadata, null);
});

test('the same knowledge is the same document, in whatever order it was learnt', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(items, { minLength: items.length }), (shuffled) => {
      for (const write of [asMarkdown, asJson])
        assert.equal(
          write({ folderName: 'web', knowledge, items: shuffled }),
          write({ folderName: 'web', knowledge, items }),
        );
    }),
    { numRuns: 50 },
  );
});

test('no text breaks out of its line or its fence', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('`', '\n', '#', '-', 'a', ' ', '~', '<'), maxLength: 30 }),
      (text) => {
        const one = asMarkdown({
          ...{ folderName: 'f', knowledge: undefined },
          items: [item('skill', { name: text, command: text }), item('tool', { name: 'x', implementationCode: text })],
        });
        const lines = one.split('\n').filter((line) => /^\S/.test(line));
        assert.deepEqual(
          lines.map((line) => line.slice(0, 2)),
          ['# ', '##', '- ', '##', '- '],
        );
      },
    ),
    { numRuns: 500 },
  );
});
