/** Which protocols are spoken. */

/** Raised by one when a client written for the older protocol would misread the daemon. */
export const PROTOCOL_VERSION = 1;
/** The oldest that a daemon still serves and a client still understands. */
export const OLDEST_PROTOCOL_VERSION = 1;
