/**
 * signalfd(2); include/uapi/linux/signalfd.h.
 */

import { I32, pad, struct, U16, U32, U53 } from "./layout.ts";

export const SFD_CLOEXEC = 0x80000;
export const SFD_NONBLOCK = 0x800;

/** struct signalfd_siginfo. */
export const SignalfdSiginfoLayout = struct(
  128,
  {
    signo: new U32(0),
    errno: new I32(4),
    code: new I32(8),
    pid: new U32(12),
    uid: new U32(16),
    fd: new I32(20),
    tid: new U32(24),
    band: new U32(28),
    overrun: new U32(32),
    trapno: new U32(36),
    status: new I32(40),
    int: new I32(44),
    ptrLo: new U32(48),
    ptrHi: new U32(52),
    utime: new U53(56),
    stime: new U53(64),
    addr: new U53(72),
    addrLsb: new U16(80),
    syscall: new I32(84),
    callAddr: new U53(88),
    arch: new U32(96),
  },
  pad(82, 2),
  pad(100, 28),
);
