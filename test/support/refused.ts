/** What a test expects of an error: its kind, and the words the caller reads. */
import assert from 'node:assert/strict';
import { type ErrorKind, RpcError } from '#protocol';

/** For `assert.rejects` and `assert.throws`; `code` is the finer `data.code`. */
export function refused(kind: ErrorKind, words: RegExp, code?: string): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof RpcError, `expected an RpcError, got ${error instanceof Error ? error.stack : error}`);
    assert.equal(error.kind, kind);
    assert.match(error.message, words);
    if (code !== undefined) assert.equal(error.data.code, code);
    return true;
  };
}
