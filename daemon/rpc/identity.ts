/** Who is on the other end of a connection: for whom a token acts, and what it may do. */
import type { Scope, TokenKind } from '#protocol';

export interface Identity {
  /** Empty for a service token that named none. */
  readonly user: string;
  /** For the log and the audit; tells nothing secret. */
  readonly tokenId: string;
  readonly kind: TokenKind;
  /** The session whose own token it is: what it says is said by that. */
  readonly sessionId?: string;
  /** With everything they imply. */
  readonly scopes: ReadonlySet<Scope>;
  /** What it reaches of its user's; everything when absent. */
  readonly reach?: Reach;
}

/** A part of the tree, as it is now: a session that is moved out of it is out. */
export interface Reach {
  /** What it is, for messages. */
  readonly name: string;
  session(id: string): boolean;
  folder(id: string): boolean;
  orchestrator(id: string): boolean;
  /** Sessions that the orchestrator whose token it is watches, besides. */
  watched(id: string): boolean;
}
