/** The limits of a connection, as values a test may lower. */
import { limits } from '#protocol';

/** What one connection may use; see `limits` in the protocol for units and meaning. */
export type Limits = { readonly [K in keyof typeof limits]: number };

export function withDefaults(given: Partial<Limits> = {}): Limits {
  return { ...limits, ...given };
}
