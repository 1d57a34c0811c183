/** What is learnt of a session, and that nothing else is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Lesson, learn } from '../../../daemon/knowledge/learn.js';
import { scrollbacks } from './scrollbacks.js';
import { silent } from './silent-scrollbacks.js';
import { work } from './work-scrollbacks.js';

function say(lesson: Lesson): string {
  if (lesson.kind === 'skill') return `${lesson.fields.name}: ${lesson.fields.command}`;
  return `${lesson.fields.type}: ${lesson.fields.description} (${lesson.fields.context})`;
}

for (const { name, text, teaches } of [...scrollbacks, ...work, ...silent]) {
  test(`a session teaches: ${name}`, () => {
    assert.deepEqual(learn(text).map(say), teaches);
  });
}
