/** Options of SOL_SOCKET that every socket has: socket(7). */
const FOREVER = Number.POSITIVE_INFINITY;

/** /proc/sys/net/core/{r,w}mem_default. */
export const DEFAULT_BUFFER = 212_992;
export const MAXIMUM_BUFFER = 212_992;
export const MINIMUM_SEND_BUFFER = 4608;
export const MINIMUM_RECEIVE_BUFFER = 2304;

export class SocketOptions {
  receiveTimeoutNs = FOREVER;
  sendTimeoutNs = FOREVER;
  sendBuffer = DEFAULT_BUFFER;
  receiveBuffer = DEFAULT_BUFFER;
  receiveLowWater = 1;
  passCredentials = false;
  lingers = false;
  lingerSeconds = 0;
  /** Options that are kept and told, and change nothing here: SO_REUSEADDR, SO_KEEPALIVE..., by number. */
  readonly flags = new Map<number, number>();
}
