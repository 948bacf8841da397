/** A P9Client over a flipcall area and the FD channel beside it: how the sentry reaches its gofer. */

import { close } from "../../native/host.ts";
import type { Errno } from "../abi/errno.ts";
import { Area } from "../flipcall/area_native.ts";
import { FlipcallClient } from "../flipcall/client_native.ts";
import { P9Client } from "./client.ts";
import { FdChannel } from "./fd_channel_native.ts";
import type { P9Transport } from "./transport.ts";

class FlipcallTransport implements P9Transport {
  readonly memory: Uint8Array;
  readonly offset: number;
  readonly capacity: number;
  readonly #client: FlipcallClient;
  readonly #channel: FdChannel;

  constructor(client: FlipcallClient, channel: FdChannel) {
    this.memory = client.memory;
    this.offset = client.offset;
    this.capacity = client.capacity;
    this.#client = client;
    this.#channel = channel;
  }

  call(length: number): number {
    return this.#client.call(length);
  }

  receiveFd(tag: number): number | Errno {
    return this.#channel.receiveFd(tag);
  }
}

/** Takes over both descriptors. The session is not started yet: call `version` and `attach`. */
export function connectP9(memoryFd: number, channelFd: number): P9Client | Errno {
  const area = Area.map(memoryFd);
  close(memoryFd);
  if (typeof area === "number") return area;
  const channel = new FdChannel(channelFd);
  return new P9Client(new FlipcallTransport(new FlipcallClient(area, () => channel.isPeerAlive()), channel));
}
