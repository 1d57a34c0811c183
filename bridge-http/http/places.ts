/** Endpoints that stand at one path each, beside whatever answers all the others. */
import type { Endpoint } from './exchange.js';
import { Refusal } from './refusal.js';

/** By path, then by verb. A verb that a path does not have is refused with 405 and those it has. */
export type Places = Readonly<Record<string, Readonly<Record<string, Endpoint>>>>;

export function createPlaces(places: Places, otherwise: Endpoint): Endpoint {
  const known = new Map(Object.entries(places).map(([path, verbs]) => [path, new Map(Object.entries(verbs))]));
  return async (exchange) => {
    const verbs = known.get(exchange.path);
    if (!verbs) return otherwise(exchange);
    const { method: verb = '' } = exchange.request;
    const endpoint = verbs.get(verb);
    if (endpoint) return endpoint(exchange);
    const allow = [...verbs.keys()].join(', ');
    throw new Refusal(405, 'METHOD_NOT_ALLOWED', `${verb} is not possible here, only ${allow}.`, { allow });
  };
}
