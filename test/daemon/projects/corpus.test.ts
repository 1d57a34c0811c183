/** What each of many projects on disk is taken for, the whole of it. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { detect } from '../../../daemon/projects/detect.js';
import { readManifest } from '../../../daemon/projects/ecosystems/index.js';
import { walk } from '../../../daemon/projects/walk.js';
import { appProjects } from './app-projects.js';
import { type Example, filesOf, nothing, say } from './example.js';
import { pythonProjects } from './python-projects.js';
import { scriptProjects } from './script-projects.js';
import { systemProjects } from './system-projects.js';
import { webProjects } from './web-projects.js';

const projects = [...webProjects, ...scriptProjects, ...pythonProjects, ...appProjects, ...systemProjects];
const home = mkdtempSync(join(tmpdir(), 'rdv-projects-'));
after(() => rmSync(home, { recursive: true }));

function lay(example: Example): string {
  const root = mkdtempSync(join(home, 'project-'));
  for (const [path, text] of Object.entries(filesOf(example))) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

for (const example of projects) {
  test(`a project is known for what it is: ${example.name}`, async () => {
    const listing = await walk(lay(example), new AbortController().signal);
    const found = detect(
      listing,
      [...listing.texts].flatMap(([path, text]) => readManifest(path, text)),
    );
    assert.deepEqual(say(found), { ...nothing, ...example.is });
  });
}

test('there are examples of many kinds', () => {
  assert.ok(projects.length >= 35, `${projects.length} projects`);
  assert.equal(new Set(projects.map(({ name }) => name)).size, projects.length);
});
