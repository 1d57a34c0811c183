/** The library of MCP, which most bridges never need: loaded at the first request that does. */
import type * as carrier from './carrier/carrier.js';

export type Carrier = typeof carrier;

export const loadCarrier = (): Promise<Carrier> => import('./carrier/carrier.js');
