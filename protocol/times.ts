/** Which fields are times: integers of Unix milliseconds for the daemon and its clients, ISO-8601 texts over HTTP. Pure. */

/** The last time there is, Unix ms: beyond the year 9999 no text has it. */
export const LAST_TIME = 253_402_300_799_999;

interface Shape {
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly Shape[];
}

/** Told by the name and the JSON Schema of a property, never by what a value looks like. */
export function isTime(name: string, shape: object): boolean {
  return /^(at|\w+At|created|overlapUntil)$/.test(name) && isInteger(shape);
}

function isInteger({ type, anyOf = [] }: Shape): boolean {
  return type === 'integer' || (Array.isArray(type) && type.includes('integer')) || anyOf.some(isInteger);
}
