/** What the floor asks of the audit: to be told of an act before it begins, and how it ended. */
import { auditOf, type Method, RpcError } from '#protocol';
import type { Peer } from './handlers.js';

export interface Act {
  readonly user: string | null;
  readonly tokenId: string | null;
  readonly connection: string | null;
  readonly method: string;
  /** What it is done to: an id or a path. Never what was typed or sent. */
  readonly target: string | null;
}

export interface Auditor {
  /** Written when it returns; its place. Throws Unavailable when it cannot be written, and then the act must not begin. */
  begin(act: Act): number;
  /** `done`, or the code of an error; with the place where it was begun, if it was. Throws as `begin`. */
  end(act: Act, outcome: string, begun?: number): void;
}

/** An auditor that keeps nothing. */
export const unaudited: Auditor = { begin: () => 0, end() {} };

const TARGET_CHARACTERS = 1000;

export interface Asked {
  readonly name: string;
  readonly method: Method;
  readonly peer: Peer;
}

/**
 * Runs a call of the table with its rows in the audit. An act that was done keeps its answer although its last row could
 * not be written: `failed` is told, and the row that began it stands.
 */
export async function audited<T>(
  { name, method, peer }: Asked,
  params: Readonly<Record<string, unknown>>,
  run: () => T | Promise<T>,
  { auditor, failed }: { auditor: Auditor; failed: (error: unknown) => void },
): Promise<T> {
  const act: Act = {
    user: peer.user,
    tokenId: peer.identity?.tokenId ?? null,
    connection: peer.id,
    method: name,
    target: targetOf(method, params),
  };
  const begun = auditOf(method) === 'before' ? auditor.begin(act) : undefined;
  const end = (outcome: string) => {
    try {
      auditor.end(act, outcome, begun);
    } catch (error) {
      failed(error);
    }
  };
  try {
    const result = await run();
    end('done');
    return result;
  } catch (error) {
    end(error instanceof RpcError ? error.data.code! : 'Internal');
    throw error;
  }
}

/** The parameter calls of the method are told apart by. */
function targetOf({ lock, args, concerns }: Method, params: Readonly<Record<string, unknown>>): string | null {
  const field = lock ?? concerns?.session?.[0] ?? concerns?.folder?.[0] ?? args?.[0] ?? 'id';
  const value = params[field];
  const text = Array.isArray(value) ? value.join(' ') : value;
  // A new session is known by its folder only, and a command line is nobody's business.
  return typeof text === 'string' && field !== 'command' ? text.slice(0, TARGET_CHARACTERS) : null;
}
