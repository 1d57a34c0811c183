/** A request of MCP that is refused, in the words of JSON-RPC. */

/** The library's own error puts its code into the message, and its client does so once more. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    readonly code: number,
    message: string,
    readonly data?: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }
}

export const INVALID_PARAMS = -32602;
export const INTERNAL = -32603;
/** Of the specification of MCP; the library has no name for it. */
export const RESOURCE_NOT_FOUND = -32002;
