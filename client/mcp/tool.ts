/** What a tool of MCP is here, and what it is given to work with. */
import type { Link } from './link.js';

/** A JSON Schema of an object, without `$ref`. */
export interface ObjectSchema {
  readonly type: 'object';
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
  readonly [keyword: string]: unknown;
}

export interface Hints {
  readonly readOnlyHint?: boolean;
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly openWorldHint?: boolean;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: ObjectSchema;
  readonly outputSchema: ObjectSchema;
  readonly annotations: Hints;
  /** Throws RpcError; its message becomes the tool's error, with the next step. */
  run(args: Readonly<Record<string, unknown>>, calling: Calling): Promise<Answer>;
}

export interface Answer {
  /** Fits the output schema. */
  readonly structured: Readonly<Record<string, unknown>>;
  /** What the model reads; the structured answer as JSON when absent. */
  readonly text?: string;
}

/** Where a conversation takes place. */
export interface Place {
  /** The session in which the client works, when that is known: it is not ended from within. */
  readonly ownSession?: string | undefined;
  /** The directory the client works in, absolute: relative ones are meant from there. */
  readonly directory?: string | undefined;
}

/** One call of a tool. */
export interface Calling extends Place {
  readonly link: Link;
  /** Aborted when the client cancels the call or goes away. */
  readonly signal: AbortSignal;
  /** Told to a client that asked for it; nothing otherwise. */
  progress(progress: { readonly progress: number; readonly total?: number; readonly message?: string }): void;
  /** Asks the person whether to go on; undefined where the client cannot ask. */
  confirm(question: string): Promise<boolean | undefined>;
}
