/**
 * readv(2), process_vm_readv(2); include/uapi/linux/uio.h.
 */

import { struct, U53 } from "./layout.ts";

export const UIO_MAXIOV = 1024;

// Most bytes that one read(2) or write(2) moves (include/linux/fs.h).
export const MAX_RW_COUNT = 0x7ffff000;

/** struct iovec. */
export const IovecLayout = struct(16, { base: new U53(0), len: new U53(8) });
