/** A systemd that says nothing: nobody waits for it longer than he wants to. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemd } from '../../../client/units/systemctl.js';
import { folderFor } from '../../support/whole.js';

test('a start is given up when it is not wanted any more, whatever systemd was asked', async (t) => {
  const bin = folderFor(t);
  writeFileSync(join(bin, 'systemctl'), '#!/bin/sh\nexec sleep 10\n', { mode: 0o755 });
  const { PATH } = process.env;
  process.env.PATH = `${bin}:${PATH}`;
  t.after(() => {
    process.env.PATH = PATH;
  });
  const began = performance.now();
  await assert.rejects(systemd({}, bin).start('daemon', AbortSignal.timeout(100)), { kind: 'Unavailable' });
  assert.ok(performance.now() - began < 5000, 'the first question and the last were given up too');
});
