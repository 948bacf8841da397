/**
 * uname(2); include/uapi/linux/utsname.h.
 */

import { Bytes, struct } from "./layout.ts";

// Bytes of each string, NUL included.
export const UTS_FIELD_BYTES = 65;

// personality(2).
export const PER_LINUX = 0;
export const ADDR_NO_RANDOMIZE = 0x40000;
export const READ_IMPLIES_EXEC = 0x400000;

/** struct new_utsname. */
export const UtsnameLayout = struct(390, {
  sysname: new Bytes(0, 65),
  nodename: new Bytes(65, 65),
  release: new Bytes(130, 65),
  version: new Bytes(195, 65),
  machine: new Bytes(260, 65),
  domainname: new Bytes(325, 65),
});
