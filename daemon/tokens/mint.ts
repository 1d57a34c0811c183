/** The text of a token: made from chance, known again by its hash. */
import { createHash, randomBytes } from 'node:crypto';
import { TokenKind } from '#protocol';

/** Bytes of chance in every token. */
const SECRET_BYTES = 32;
const PREFIX_CHARACTERS = 12;

/** Names a token, in its own text too. */
export const newId = (): string => randomBytes(6).toString('hex');

/** `rdv_<kind>_<id>_<secret>_<check>`: secret scanners find it, and a wrong one is known without looking it up. */
export function mint(kind: TokenKind, id: string): string {
  const body = `rdv_${kind}_${id}_${randomBytes(SECRET_BYTES).toString('hex')}`;
  return `${body}_${checksum(body)}`;
}

/** As the front end expects its own: base64 and nothing else. */
export const mintPlain = (): string => randomBytes(SECRET_BYTES).toString('base64');

/** All that is kept of a token. */
export const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** To tell it by; what follows is secret. */
export const prefixOf = (text: string): string => text.slice(0, PREFIX_CHARACTERS);

const ours = new RegExp(`^rdv_(${TokenKind.options.join('|')})_`);
const whole = new RegExp(`^(rdv_(?:${TokenKind.options.join('|')})_[0-9a-f]{12}_[0-9a-f]{64})_([0-9a-f]{8})$`);
/** A key of the plain form may happen to begin like one of ours. */
const plain = /^rdv_[\w-]{43}$/;

/** False for what begins like a token of ours and is none. Of other texts nothing can be said. */
export function isWellFormed(text: string): boolean {
  if (!ours.test(text) || plain.test(text)) return true;
  const [, body, check] = whole.exec(text) ?? [];
  return body !== undefined && checksum(body) === check;
}

const checksum = (body: string): string => createHash('sha256').update(body).digest('hex').slice(0, 8);
