/**
 * futex(2), robust lists; include/uapi/linux/futex.h.
 */

import { I64, struct, U32, U53 } from "./layout.ts";

export const FUTEX_CMD_MASK = -385;
export const FUTEX_WAIT = 0;
export const FUTEX_WAKE = 1;
export const FUTEX_32 = 2;
export const FUTEX_FD = 2;
export const FUTEX_REQUEUE = 3;
export const FUTEX_CMP_REQUEUE = 4;
export const FUTEX_WAKE_OP = 5;
export const FUTEX_LOCK_PI = 6;
export const FUTEX_UNLOCK_PI = 7;
export const FUTEX_TRYLOCK_PI = 8;
export const FUTEX_WAIT_BITSET = 9;
export const FUTEX_WAKE_BITSET = 0xa;
export const FUTEX_WAIT_REQUEUE_PI = 0xb;
export const FUTEX_CMP_REQUEUE_PI = 0xc;
export const FUTEX_LOCK_PI2 = 0xd;
export const FUTEX_PRIVATE_FLAG = 0x80;
export const FUTEX_WAITV_MAX = 0x80;
export const FUTEX_CLOCK_REALTIME = 0x100;
export const FUTEX_OWNER_DIED = 0x40000000;
export const FUTEX_WAITERS = 0x80000000;
export const FUTEX_BITSET_MATCH_ANY = 0xffffffff;

export const FUTEX_TID_MASK = 0x3fffffff;

// The newer calls: futex_waitv(2), futex_wait(2).
export const FUTEX2_SIZE_U32 = 2;
export const FUTEX2_PRIVATE = 0x80;

// Operations of FUTEX_WAKE_OP.
export const FUTEX_OP_CMP_EQ = 0;
export const FUTEX_OP_SET = 0;
export const FUTEX_OP_ADD = 1;
export const FUTEX_OP_CMP_NE = 1;
export const FUTEX_OP_CMP_LT = 2;
export const FUTEX_OP_OR = 2;
export const FUTEX_OP_ANDN = 3;
export const FUTEX_OP_CMP_LE = 3;
export const FUTEX_OP_CMP_GT = 4;
export const FUTEX_OP_XOR = 4;
export const FUTEX_OP_CMP_GE = 5;
export const FUTEX_OP_OPARG_SHIFT = 8;

export const ROBUST_LIST_LIMIT = 2048;

/** struct robust_list_head, set_robust_list(2). */
export const RobustListHeadLayout = struct(24, {
  list: new U53(0),
  futexOffset: new I64(8),
  listOpPending: new U53(16),
});

/** struct futex_waitv. */
export const FutexWaitvLayout = struct(24, {
  val: new U53(0),
  uaddr: new U53(8),
  flags: new U32(16),
  reserved: new U32(20),
});
