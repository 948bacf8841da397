/**
 * Clocks and timers, clock_gettime(2), timer_create(2), adjtimex(2); include/uapi/linux/time.h.
 */

import { I32, I64, pad, struct, U32 } from "./layout.ts";

// Clocks.
export const CLOCK_REALTIME = 0;
export const CLOCK_MONOTONIC = 1;
export const CLOCK_PROCESS_CPUTIME_ID = 2;
export const CLOCK_THREAD_CPUTIME_ID = 3;
export const CLOCK_MONOTONIC_RAW = 4;
export const CLOCK_REALTIME_COARSE = 5;
export const CLOCK_MONOTONIC_COARSE = 6;
export const CLOCK_BOOTTIME = 7;
export const CLOCK_REALTIME_ALARM = 8;
export const CLOCK_BOOTTIME_ALARM = 9;
export const CLOCK_SGI_CYCLE = 10;
export const CLOCK_TAI = 11;

export const TIMER_ABSTIME = 1;
export const ITIMER_REAL = 0;
export const ITIMER_VIRTUAL = 1;
export const ITIMER_PROF = 2;

// adjtimex(2) states.
export const TIME_OK = 0;
export const TIME_ERROR = 5;

export const STA_UNSYNC = 0x40;

// Clock ticks per second as programs see them (USER_HZ), times(2).
export const CLK_TCK = 100;

/** struct timespec (__kernel_timespec). */
export const TimespecLayout = struct(16, { sec: new I64(0), nsec: new I64(8) });

/** struct timeval. */
export const TimevalLayout = struct(16, { sec: new I64(0), usec: new I64(8) });

/** struct timezone. */
export const TimezoneLayout = struct(8, { minuteswest: new I32(0), dsttime: new I32(4) });

/** struct itimerspec. */
export const ItimerspecLayout = struct(32, {
  intervalSec: new I64(0),
  intervalNsec: new I64(8),
  valueSec: new I64(16),
  valueNsec: new I64(24),
});

/** struct itimerval. */
export const ItimervalLayout = struct(32, {
  intervalSec: new I64(0),
  intervalUsec: new I64(8),
  valueSec: new I64(16),
  valueUsec: new I64(24),
});

/** struct tms, times(2): clock ticks. */
export const TmsLayout = struct(32, {
  utime: new I64(0),
  stime: new I64(8),
  cutime: new I64(16),
  cstime: new I64(24),
});

/** struct utimbuf, utime(2). */
export const UtimbufLayout = struct(16, { actime: new I64(0), modtime: new I64(8) });

/** struct timex, adjtimex(2). */
export const TimexLayout = struct(
  208,
  {
    modes: new U32(0),
    offset: new I64(8),
    freq: new I64(16),
    maxerror: new I64(24),
    esterror: new I64(32),
    status: new I32(40),
    constant: new I64(48),
    precision: new I64(56),
    tolerance: new I64(64),
    timeSec: new I64(72),
    timeUsec: new I64(80),
    tick: new I64(88),
    ppsfreq: new I64(96),
    jitter: new I64(104),
    shift: new I32(112),
    stabil: new I64(120),
    jitcnt: new I64(128),
    calcnt: new I64(136),
    errcnt: new I64(144),
    stbcnt: new I64(152),
    tai: new I32(160),
  },
  pad(4, 4),
  pad(44, 4),
  pad(116, 4),
  pad(164, 44),
);
