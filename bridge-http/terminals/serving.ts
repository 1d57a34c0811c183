/** What both protocols are given of one terminal. */
import type { FollowedTerminal } from '#client';
import type { Pool } from '../identity/pool.js';
import type { Admitted } from './access.js';
import type { Asked } from './asked.js';
import type { PageSocket } from './socket.js';
import type { StreamOptions } from './stream.js';

export interface Serving {
  readonly socket: PageSocket;
  readonly asked: Asked;
  readonly admitted: Admitted;
  readonly pool: Pool;
  /** How long the first frame may take. */
  readonly helloMs: number;
  /** Closed with the socket. Once. */
  open(options: StreamOptions): FollowedTerminal;
}
