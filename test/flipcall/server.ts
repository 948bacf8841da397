/** The other process of flipcall.test.ts: answers each request with its bytes plus one. */

import { Area } from "../../shared/flipcall/area_native.ts";
import { FlipcallServer } from "../../shared/flipcall/server_native.ts";
import { FdChannel } from "../../shared/p9/fd_channel_native.ts";

const area = Area.map(3);
if (typeof area === "number") process.exit(1);
const channel = new FdChannel(4);
const server = new FlipcallServer(area, () => channel.isPeerAlive());
server.serve((memory, offset, length) => {
  if (memory[offset] === 99) process.exit(7);
  if (memory[offset] === 50) channel.sendFd(3, 1234);
  for (let i = 0; i < length; i++) memory[offset + i]++;
  return length;
});
