/**
 * getrlimit(2), getrusage(2); include/uapi/linux/resource.h.
 */

import { I64, struct, U53 } from "./layout.ts";

export const RLIMIT_CPU = 0;
export const RLIMIT_FSIZE = 1;
export const RLIMIT_DATA = 2;
export const RLIMIT_STACK = 3;
export const RLIMIT_CORE = 4;
export const RLIMIT_RSS = 5;
export const RLIMIT_NPROC = 6;
export const RLIMIT_NOFILE = 7;
export const RLIMIT_MEMLOCK = 8;
export const RLIMIT_AS = 9;
export const RLIMIT_LOCKS = 10;
export const RLIMIT_SIGPENDING = 11;
export const RLIMIT_MSGQUEUE = 12;
export const RLIMIT_NICE = 13;
export const RLIMIT_RTPRIO = 14;
export const RLIMIT_RTTIME = 15;

export const RLIM_NLIMITS = 16;

export const RUSAGE_SELF = 0;
export const RUSAGE_CHILDREN = -1;
export const RUSAGE_BOTH = -2;
export const RUSAGE_THREAD = 1;

/** ~0 as a U53 field reads and writes it: all ones does not fit a double, and stands for any value of 2^64 and above. */
export const RLIM_INFINITY = 2 ** 64;

/** struct rusage; times in seconds and microseconds, maxrss in KiB. */
export const RusageLayout = struct(144, {
  utimeSec: new I64(0),
  utimeUsec: new I64(8),
  stimeSec: new I64(16),
  stimeUsec: new I64(24),
  maxrss: new I64(32),
  ixrss: new I64(40),
  idrss: new I64(48),
  isrss: new I64(56),
  minflt: new I64(64),
  majflt: new I64(72),
  nswap: new I64(80),
  inblock: new I64(88),
  oublock: new I64(96),
  msgsnd: new I64(104),
  msgrcv: new I64(112),
  nsignals: new I64(120),
  nvcsw: new I64(128),
  nivcsw: new I64(136),
});

/** struct rlimit and rlimit64. */
export const RlimitLayout = struct(16, { cur: new U53(0), max: new U53(8) });
