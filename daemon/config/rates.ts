/** How often a token may call, from the configuration. */
import type { Rate, RateTable } from '../rpc/rates.js';
import type { Config } from './keys.js';

const BURST_SECONDS = 4;
const INJECT_BURST = 20;

export function ratesOf(limits: Config['limits']): RateTable {
  return {
    read: steady(limits.read_per_second),
    write: steady(limits.write_per_second),
    terminal: steady(limits.terminal_per_second),
    auth: steady(limits.auth_per_second),
    // Whoever allows five a minute does not mean twenty at once.
    inject: { perSecond: limits.inject_per_minute / 60, burst: Math.min(INJECT_BURST, limits.inject_per_minute) },
  };
}

const steady = (perSecond: number): Rate => ({ perSecond, burst: BURST_SECONDS * perSecond });
