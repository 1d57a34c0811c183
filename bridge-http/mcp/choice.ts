/** The tools a client asks for in its URL, as `rdv mcp` takes them as flags. Pure. */
import { Refusal } from '../http/refusal.js';
import type { Choice } from './carrier/conversation.js';

/** `?all`, `?read-only` and `?tools=a,b`. Throws Refusal. */
export function choiceIn(query: URLSearchParams): Choice {
  const named = query.getAll('tools').flatMap((each) => each.split(','));
  const tools = named.map((each) => each.trim()).filter((each) => each !== '');
  return {
    all: isSet(query, 'all'),
    readOnly: isSet(query, 'read-only') || isSet(query, 'readOnly'),
    tools: query.has('tools') ? tools : undefined,
  };
}

function isSet(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  if (value === null || value === 'false' || value === '0') return false;
  if (value === '' || value === 'true' || value === '1') return true;
  throw new Refusal(400, 'INVALID_PARAMS', `Expected \`${name}\` to be true or false, got "${value.slice(0, 60)}".`);
}
