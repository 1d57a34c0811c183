/** A pane's text as people and programs may read it: no control characters, no trailing blank lines. */
import type { Capture } from '../backend/index.js';

/** History and screen of an unstyled capture. C0 but newline and tab, DEL and C1 are dropped: they could drive a reader's terminal. */
export function plainText({ history, screen }: Pick<Capture, 'history' | 'screen'>): string {
  return Buffer.concat([history, screen])
    .toString('utf8')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n+$/, '');
}
