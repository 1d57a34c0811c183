/** The keys with which Cloudflare Access signs: fetched, kept for a while, and followed when they change. */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { Refusal } from '../http/refusal.js';

export interface KeysOptions {
  readonly keysUrl: string;
  /** Told each time that the keys cannot be had. */
  readonly failed?: (reason: string) => void;
  readonly now?: () => number;
}

/** Older ones are used while others are fetched. */
const FRESH_MS = 3_600_000;
/** Older ones are not used any more, whatever the reason that there are no others. */
const OLDEST_MS = 24 * 3_600_000;
/** No sooner after the last fetch: whoever makes up key ids must not make us ask for each. */
const AGAIN_MS = 10_000;
const ANSWER_MS = 5000;
const BYTES = 256 * 1024;

interface Kept {
  readonly find: JWTVerifyGetKey;
  readonly at: number;
}

/** Fails closed: without keys that are good nobody is let in, and a key that is not known is asked for first. */
export function createKeys({ keysUrl, failed = () => {}, now = Date.now }: KeysOptions): JWTVerifyGetKey {
  let kept: Kept | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let away = false;
  let asking: Promise<void> | undefined;

  const ask = async () => {
    askedAt = now();
    try {
      kept = { find: createLocalJWKSet(await fetchKeys(keysUrl)), at: now() };
      away = false;
    } catch (error) {
      away = true;
      failed(`${keysUrl}: ${reasonOf(error)}`);
    }
  };
  /** One fetch for all who wait for it; none while the last one is too young. */
  const renew = () => {
    if (!asking && now() - askedAt < AGAIN_MS) return undefined;
    asking ??= ask().finally(() => (asking = undefined));
    return asking;
  };
  const good = () => (kept && now() - kept.at < OLDEST_MS ? kept : undefined);

  return async (header, token) => {
    const age = kept ? now() - kept.at : Number.POSITIVE_INFINITY;
    const renewing = age >= FRESH_MS ? renew() : undefined;
    if (!good()) await renewing;
    const known = good();
    if (!known) throw unavailable();
    try {
      return await known.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    await renew();
    // It may be a new one that we cannot see: to say that it is false would be a lie.
    if (away) throw unavailable();
    return good()!.find(header, token);
  };
}

async function fetchKeys(url: string): Promise<JSONWebKeySet> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS) });
  if (!response.ok) throw new Error(`it answers ${response.status}`);
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.length > BYTES) throw new Error(`it answers with more than ${BYTES} bytes`);
  }
  return JSON.parse(text) as JSONWebKeySet;
}

/** The cause tells more than "fetch failed". */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}

function unavailable(): Refusal {
  const said = 'The keys of Cloudflare Access cannot be had, so nobody can be checked. Try again in a moment.';
  return new Refusal(503, 'ACCESS_UNAVAILABLE', said, { 'retry-after': '10' });
}
