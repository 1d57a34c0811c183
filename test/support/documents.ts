/** The generated documents: where the committed copies lie and how they are rendered. */
import { fileURLToPath } from 'node:url';
import { openApi } from '#protocol/openapi';
import { openRpc } from '#protocol/openrpc';
import { renderReference } from '#protocol/reference';

/** The repository, seen from `out/test/support`. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

export const documents = [
  { path: `${root}protocol/REFERENCE.md`, render: renderReference },
  { path: `${root}protocol/openrpc.json`, render: () => `${JSON.stringify(openRpc(), null, 2)}\n` },
  { path: `${root}protocol/openapi.json`, render: () => `${JSON.stringify(openApi(), null, 2)}\n` },
] as const;
