/** The errors a caller may meet: kind, JSON-RPC code, HTTP status and exit code in one table. */

/**
 * Our own codes are positive and end in the HTTP status, because -32768..-32000 belongs to JSON-RPC, LSP and MCP.
 * Every error object carries `data.code`, the kind below or a more exact string such as `TMUX_SESSION_GONE`.
 */
export const errors = {
  ParseError: { code: -32700, http: 400, exit: 1 },
  InvalidRequest: { code: -32600, http: 400, exit: 1 },
  MethodNotFound: { code: -32601, http: 404, exit: 2 },
  InvalidParams: { code: -32602, http: 400, exit: 2 },
  Internal: { code: -32603, http: 500, exit: 1 },
  Cancelled: { code: -32800, http: 499, exit: 130 },
  NotInitialized: { code: 1400, http: 400, exit: 1 },
  UnsupportedVersion: { code: 1426, http: 426, exit: 1 },
  Unauthorized: { code: 1401, http: 401, exit: 4 },
  Forbidden: { code: 1403, http: 403, exit: 77 },
  NotFound: { code: 1404, http: 404, exit: 3 },
  Conflict: { code: 1409, http: 409, exit: 5 },
  Gone: { code: 1410, http: 410, exit: 5 },
  TooLarge: { code: 1413, http: 413, exit: 2 },
  Overloaded: { code: 1429, http: 429, exit: 75 },
  RateLimited: { code: 2429, http: 429, exit: 75 },
  Unavailable: { code: 1503, http: 503, exit: 69 },
  Timeout: { code: 1504, http: 504, exit: 124 },
} as const;

export type ErrorKind = keyof typeof errors;

/** What travels in `error.data`. */
export interface ErrorData {
  /** A stable string for programs: the kind, or a finer code such as `INVALID_STATE_TRANSITION`. */
  readonly code?: string;
  readonly details?: unknown;
  readonly retryAfterMs?: number;
}

/** An expected failure, safe to show to the caller. Any other throw is a bug and is reported as `Internal`. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly data: ErrorData;

  constructor(
    readonly kind: ErrorKind,
    message: string,
    data: ErrorData = {},
  ) {
    super(message);
    this.data = { ...data, code: data.code ?? kind };
  }
}

/** The kind a JSON-RPC error code stands for; codes we never send are `Internal`. */
export function kindOf(code: number): ErrorKind {
  const found = Object.entries(errors).find(([, e]) => e.code === code);
  return found ? (found[0] as ErrorKind) : 'Internal';
}
