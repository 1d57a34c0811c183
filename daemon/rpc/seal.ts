/** Results as JSON: serialised before they are answered, or once and for all when they are sealed. */
import { type MethodName, methods, type Result } from '#protocol';

/** A finished result; the writer splices it into the answer as it stands. */
export class Json {
  constructor(
    readonly text: string | Buffer,
    readonly bytes: number,
  ) {}
}

interface Sealed {
  readonly name: MethodName;
  readonly json: Json;
}

const sealed = new WeakMap<object, Sealed>();

/**
 * Checks, strips and serialises a result that will be answered many times, and returns the object to answer with. It is
 * frozen at the top; what lies deeper must not be changed either, for the answer would not show it. Throws if the result
 * does not fit its method. For handlers that keep a result until something changes: `cached ??= seal('session/list', ...)`.
 */
export function seal<M extends MethodName>(name: M, result: Result<M>): Result<M> {
  const checked = methods[name].result.parse(result) as Result<M>;
  const text = Buffer.from(JSON.stringify(checked));
  sealed.set(checked, { name, json: new Json(text, text.length) });
  Object.freeze(checked);
  return checked;
}

/** The JSON of a result sealed for this method. */
export function sealedJson(name: MethodName, result: unknown): Json | undefined {
  if (typeof result !== 'object' || result === null) return undefined;
  const found = sealed.get(result);
  return found?.name === name ? found.json : undefined;
}
