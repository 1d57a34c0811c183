/** Serves requests of one connection: parse, lock, run, check and strip, answer. The only place where errors become answers. */
import { ResponseError, type StarRequestHandler } from 'vscode-jsonrpc/node';
import {
  auditOf,
  categoryOf,
  type ErrorData,
  errors,
  type Method,
  type MethodName,
  methods,
  RpcError,
} from '#protocol';
import { checkReach, checkScope } from './access.js';
import { type Auditor, audited } from './auditor.js';
import type { Id } from './guard.js';
import type { Caller, Peer } from './handlers.js';
import type { Identity } from './identity.js';
import { cancelled, type InFlight, type Running } from './inflight.js';
import { problems } from './issues.js';
import { levelOf } from './level.js';
import type { Lock } from './locks.js';
import type { Rates } from './rates.js';
import { Json, sealedJson } from './seal.js';

/** One line of the log; `level` and `message` are always there. */
export type Log = (line: {
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
  [field: string]: unknown;
}) => void;

export type AnyHandler = (params: any, caller: Caller) => unknown;

/** One request that has its answer. */
export interface Answered {
  readonly name: string;
  readonly ms: number;
  /** Of the error, if it is one. */
  readonly code: string | undefined;
}

export interface ServeDeps {
  readonly peer: Peer;
  readonly inFlight: InFlight;
  readonly lock: Lock;
  readonly log: Log;
  readonly rates: Rates;
  readonly auditor: Auditor;
  /** What an error of a library means for a caller, such as a disk that is full; undefined for a bug. */
  readonly explain: (error: unknown) => RpcError | undefined;
  /** Told of each answer. */
  readonly observe: (answered: Answered) => void;
  /** Longest answer, as JSON. */
  readonly bodyBytes: number;
  /** What to run for a method of the table now. Throws what the caller should be told instead, such as NotInitialized. */
  handlerOf(name: MethodName): AnyHandler;
}

/** Answers every request exactly once: when its handler has settled, or at once when it is cancelled. */
export function serve(deps: ServeDeps): StarRequestHandler {
  const { inFlight, log, peer } = deps;
  return (name, raw, token) => {
    const request = token as Running;
    const started = performance.now();
    const who = () => ({ request: request.id, connection: peer.id, tokenId: peer.identity?.tokenId, method: name });
    const answer = (outcome: Json | ResponseError<ErrorData>) => {
      inFlight.answered(request);
      const code = outcome instanceof Json ? undefined : outcome.data?.code;
      const ms = performance.now() - started;
      deps.observe({ name, ms, code });
      log({ level: levelOf(name, ms, code), message: 'request', ...who(), ms: Math.round(ms * 1000) / 1000, code });
      return outcome;
    };
    const fail = (thrown: unknown) => {
      const error = thrown instanceof RpcError ? thrown : deps.explain(thrown);
      if (!error) logBug(log, who(), thrown);
      return answer(toResponse(error));
    };

    let result: Json | Promise<Json>;
    try {
      result = call(deps, name, raw, request);
    } catch (error) {
      inFlight.settled();
      return fail(error);
    }
    if (result instanceof Json) {
      inFlight.settled();
      return answer(result);
    }
    const late = (error: unknown) => logBug(log, who(), error);
    return untilCancelled(result, request, inFlight, late).then(answer, fail);
  };
}

/** The error answer to a request, or with id null to something that was none. */
export function refusal(id: Id | null, error: RpcError): object {
  const { code } = errors[error.kind];
  return { jsonrpc: '2.0', id, error: { code, message: harmless(error.message), data: error.data } };
}

function call(deps: ServeDeps, name: string, raw: unknown, request: Running): Json | Promise<Json> {
  // Before the cancel: a daemon that gives way cancels what it has not begun, and who asked should hear that.
  const handler = deps.handlerOf(known(name));
  if (request.isCancellationRequested) throw cancelled();
  const method: Method = methods[known(name)];
  const params = admit(deps, name, method, raw);
  const act = () => handler(params, callerOf(deps.peer, request, raw));
  const run = auditOf(method) ? () => audited({ name, method, peer: deps.peer }, params, act, auditing(deps)) : act;
  const key = method.lock && params[method.lock];
  const alone = () => deps.lock(`${name.split('/')[0]} ${key}`, run, request.signal, method.urgent);
  const result = key === undefined ? run() : alone();
  const finish = (value: unknown) => toJson(known(name), value, deps.bodyBytes);
  return isPromise(result) ? result.then(finish) : finish(result);
}

function known(name: string): MethodName {
  if (!Object.hasOwn(methods, name)) {
    throw new RpcError('MethodNotFound', `No method "${name.slice(0, 100)}"; rpc.discover lists them.`);
  }
  return name as MethodName;
}

/** What the token may not do comes before what is wrong with the parameters, and that before what they reach. */
function admit({ peer, rates, auditor }: ServeDeps, name: string, method: Method, raw: unknown) {
  const { identity } = peer;
  if (!identity) return parse(method, raw);
  rates.take(callerIn(identity), categoryOf(method));
  try {
    checkScope(name, method, identity);
    const params = parse(method, raw);
    if (method.perMinute) rates.takeOwn(identity.user, name, method.perMinute);
    if (identity.reach) checkReach(name, method, params, identity.reach);
    return params;
  } catch (error) {
    const refused = error instanceof RpcError && error.kind === 'Forbidden' && auditOf(method);
    const { user, tokenId } = identity;
    if (refused) auditor.end({ user, tokenId, connection: peer.id, method: name, target: null }, error.data.code!);
    throw error;
  }
}

/** One token acts for many users: none of them uses up what is another's. */
const callerIn = ({ kind, tokenId, user }: Identity) => (kind === 'svc' ? `${tokenId} ${user}` : tokenId);

function auditing({ auditor, log }: ServeDeps) {
  const failed = (error: unknown) =>
    log({ level: 'error', message: 'the end of an act could not be written to the audit', reason: String(error) });
  return { auditor, failed };
}

function parse(method: Method, raw: unknown): Record<string, unknown> {
  const parsed = method.params.safeParse(raw ?? {});
  if (parsed.success) return parsed.data;
  const details = problems(parsed.error.issues, raw ?? {});
  throw new RpcError('InvalidParams', details[0]?.message ?? 'Expected other parameters.', { details });
}

function callerOf(peer: Peer, request: Running, raw: unknown): Caller {
  return {
    user: peer.user,
    // Before the login only `initialize` is served, which asks for none.
    identity: peer.identity!,
    peer,
    get signal() {
      return request.signal;
    },
    progress(value) {
      const token = (raw as { progressToken?: unknown } | undefined)?.progressToken;
      if (typeof token !== 'string' && !Number.isInteger(token)) return;
      if (!request.done) peer.tell('$/progress', { token: token as string | number, value });
    },
  };
}

function toJson(name: MethodName, result: unknown, limit: number): Json {
  const ready = sealedJson(name, result);
  const text = ready?.text ?? JSON.stringify(methods[name].result.parse(result));
  const json = ready ?? new Json(text, Buffer.byteLength(text));
  if (json.bytes > limit) {
    throw new RpcError('TooLarge', `The answer has ${json.bytes} bytes, at most ${limit} are sent; ask for less.`);
  }
  return json;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** Settles as the handler does, or with Cancelled as soon as the request is cancelled, however slow the handler is to notice. */
function untilCancelled(
  result: Promise<Json>,
  request: Running,
  inFlight: InFlight,
  late: (bug: unknown) => void,
): Promise<Json> {
  return new Promise((resolve, reject) => {
    request.onCancel = () => reject(cancelled());
    if (request.isCancellationRequested) request.onCancel();
    result.then(
      (json) => {
        inFlight.settled();
        resolve(json);
      },
      (error) => {
        inFlight.settled();
        // Nobody waits for the error of a cancelled handler, but a bug must not pass unseen.
        const expected = error instanceof RpcError || (error as Error | undefined)?.name === 'AbortError';
        if (request.isCancellationRequested && !expected) late(error);
        reject(error);
      },
    );
  });
}

function toResponse(error: RpcError | undefined): ResponseError<ErrorData> {
  if (error) return new ResponseError(errors[error.kind].code, harmless(error.message), error.data);
  return new ResponseError(errors.Internal.code, 'Internal error; see the daemon log.', { code: 'Internal' });
}

/**
 * A message may quote what it was given, and is shown on terminals and kept in logs: control characters are spelled out,
 * and a token that came where it does not belong is not said again.
 */
function harmless(message: string): string {
  return message
    .replace(TOKEN, '[redacted]')
    .replace(
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}

const TOKEN = /rdv_[\w-]{12,}|[A-Za-z0-9+/]{43}=/g;

function logBug(log: Log, who: object, error: unknown): void {
  const stack = error instanceof Error ? error.stack : String(error);
  log({ level: 'error', message: 'A request failed by a bug.', ...who, stack });
}
