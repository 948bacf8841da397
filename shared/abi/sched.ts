/**
 * clone(2), clone3(2), sched_setscheduler(2), priorities; include/uapi/linux/sched.h.
 */

import { I32, pad, struct, U32, U53 } from "./layout.ts";

// Clone flags.
export const CLONE_NEWTIME = 0x80;
export const CLONE_VM = 0x100;
export const CLONE_FS = 0x200;
export const CLONE_FILES = 0x400;
export const CLONE_SIGHAND = 0x800;
export const CLONE_PIDFD = 0x1000;
export const CLONE_PTRACE = 0x2000;
export const CLONE_VFORK = 0x4000;
export const CLONE_PARENT = 0x8000;
export const CLONE_THREAD = 0x10000;
export const CLONE_NEWNS = 0x20000;
export const CLONE_SYSVSEM = 0x40000;
export const CLONE_SETTLS = 0x80000;
export const CLONE_PARENT_SETTID = 0x100000;
export const CLONE_CHILD_CLEARTID = 0x200000;
export const CLONE_DETACHED = 0x400000;
export const CLONE_UNTRACED = 0x800000;
export const CLONE_CHILD_SETTID = 0x1000000;
export const CLONE_NEWCGROUP = 0x2000000;
export const CLONE_NEWUTS = 0x4000000;
export const CLONE_NEWIPC = 0x8000000;
export const CLONE_NEWUSER = 0x10000000;
export const CLONE_NEWPID = 0x20000000;
export const CLONE_NEWNET = 0x40000000;
export const CLONE_IO = 0x80000000;
export const CLONE_CLEAR_SIGHAND = 0x100000000;
export const CLONE_INTO_CGROUP = 0x200000000;

// Sizes of the published versions of struct clone_args.
export const CLONE_ARGS_SIZE_VER0 = 64;
export const CLONE_ARGS_SIZE_VER1 = 80;
export const CLONE_ARGS_SIZE_VER2 = 88;

// Policies.
export const SCHED_NORMAL = 0;
export const SCHED_FIFO = 1;
export const SCHED_RR = 2;
export const SCHED_BATCH = 3;
export const SCHED_IDLE = 5;
export const SCHED_DEADLINE = 6;
export const SCHED_RESET_ON_FORK = 0x40000000;

export const SCHED_FLAG_RESET_ON_FORK = 1;
export const SCHED_FLAG_RECLAIM = 2;
export const SCHED_FLAG_DL_OVERRUN = 4;
export const SCHED_FLAG_KEEP_POLICY = 8;
export const SCHED_FLAG_KEEP_PARAMS = 0x10;
export const SCHED_FLAG_KEEP_ALL = 0x18;
export const SCHED_FLAG_UTIL_CLAMP_MIN = 0x20;
export const SCHED_FLAG_UTIL_CLAMP_MAX = 0x40;
export const SCHED_FLAG_UTIL_CLAMP = 0x60;
export const SCHED_FLAG_ALL = 0x7f;

// getpriority(2), ioprio_get(2), rseq(2).
export const PRIO_PROCESS = 0;
export const PRIO_PGRP = 1;
export const PRIO_USER = 2;
export const IOPRIO_WHO_PROCESS = 1;
export const IOPRIO_WHO_PGRP = 2;
export const IOPRIO_WHO_USER = 3;
export const RSEQ_FLAG_UNREGISTER = 1;

/** struct clone_args, clone3(2). */
export const CloneArgsLayout = struct(88, {
  flags: new U53(0),
  pidfd: new U53(8),
  childTid: new U53(16),
  parentTid: new U53(24),
  exitSignal: new U53(32),
  stack: new U53(40),
  stackSize: new U53(48),
  tls: new U53(56),
  setTid: new U53(64),
  setTidSize: new U53(72),
  cgroup: new U53(80),
});

/** struct sched_param. */
export const SchedParamLayout = struct(4, { priority: new I32(0) });

/** struct sched_attr, sched_setattr(2). */
export const SchedAttrLayout = struct(56, {
  size: new U32(0),
  policy: new U32(4),
  flags: new U53(8),
  nice: new I32(16),
  priority: new U32(20),
  runtime: new U53(24),
  deadline: new U53(32),
  period: new U53(40),
  utilMin: new U32(48),
  utilMax: new U32(52),
});

/** struct rseq, the part that every kernel knows. */
export const RseqLayout = struct(
  32,
  { cpuIdStart: new U32(0), cpuId: new U32(4), rseqCs: new U53(8), flags: new U32(16) },
  pad(20, 12),
);
