/** What the client needs of the road to the server; shared/flipcall is one, a test's function call another. */

import type { Errno } from "../abi/errno.ts";

export interface P9Transport {
  /** Where requests are written and replies found: `capacity` bytes from `offset`. The peer can write them at any time. */
  readonly memory: Uint8Array;
  readonly offset: number;
  readonly capacity: number;
  /** Hands over a request of `length` bytes and returns the reply's length, or -errno when the peer is gone. */
  call(length: number): number;
  /** Takes the descriptor that the server sent with `tag` before it replied. */
  receiveFd(tag: number): number | Errno;
}
