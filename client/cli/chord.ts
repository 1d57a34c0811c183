/** The keys that leave an attached session, found in what is typed. */
import { failure } from './fail.js';

export interface Typed {
  /** What goes on to the session. */
  readonly pass: Buffer;
  readonly detach: boolean;
}

/**
 * Reads keys such as `ctrl-],d`. The first key twice sends it once; followed by anything else both go through.
 * Keys are known in the plain form and in those a program may switch a terminal to (kitty, modifyOtherKeys).
 */
export function createChord(keys: string): (chunk: Uint8Array) => Typed {
  const forms = keys.split(',').map(formsOf);
  let at = 0;
  let held = '';
  const matching = (text: string, i: number, key: number) => forms[key]?.find((form) => text.startsWith(form, i));

  return (chunk) => {
    const text = Buffer.from(chunk).toString('latin1');
    let pass = '';
    for (let i = 0; i < text.length; ) {
      const hit = matching(text, i, at);
      const release = at > 0 ? releaseAt(text, i) : undefined;
      const twice = at === 1 ? matching(text, i, 0) : undefined;
      if (hit) {
        held += hit;
        i += hit.length;
        if (++at === forms.length) return { pass: Buffer.from(pass, 'latin1'), detach: true };
      } else if (release) {
        // Letting go of a key belongs to the key before.
        i += release.length;
      } else {
        pass += at > 0 ? held : text[i++]!;
        if (twice) i += twice.length;
        at = 0;
        held = '';
      }
    }
    return { pass: Buffer.from(pass, 'latin1'), detach: false };
  };
}

function releaseAt(text: string, i: number): string | undefined {
  const release = /\x1b\[\d+;\d*:3[u~A-H]/y;
  release.lastIndex = i;
  return release.exec(text)?.[0];
}

function formsOf(key: string): string[] {
  const [, control] = /^(?:ctrl-|C-|\^)([@a-zA-Z[\\\]^_])$/.exec(key) ?? [];
  if (control) {
    const code = control.toLowerCase().charCodeAt(0);
    return [String.fromCharCode(code & 0x1f), `\x1b[${code};5u`, `\x1b[${code};5:1u`, `\x1b[27;5;${code}~`];
  }
  if (!/^[\x21-\x7e]$/.test(key)) {
    throw failure(
      'InvalidParams',
      `Expected --detach-keys to be keys such as ctrl-],d, got "${key}".`,
      'Separate the keys by commas: `--detach-keys ctrl-p,ctrl-q`.',
    );
  }
  const code = key.charCodeAt(0);
  return [key, `\x1b[${code}u`, `\x1b[${code};1u`, `\x1b[${code};1:1u`];
}
