/** clone(2), clone3(2), fork(2), vfork(2), unshare(2), setns(2). */
import { CAP_SYS_ADMIN } from "../../../shared/abi/capability.ts";
import { E2BIG, EBADF, EINVAL, EPERM } from "../../../shared/abi/errno.ts";
import * as s from "../../../shared/abi/sched.ts";
import { SIGCHLD, SIGRTMAX } from "../../../shared/abi/signal.ts";
import { unshareIpc } from "../kernel/ipc/ipc_namespace.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { type CloneRequest, cloneTask } from "../kernel/task_clone.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { addr, fd, flags, hex, partial, type RowTable, size, supported } from "./row.ts";

const { CloneArgsLayout } = s;
const SIGNAL_MASK = 0xff;

const CLONE_FLAGS: readonly (readonly [number, string])[] = [
  [s.CLONE_VM, "CLONE_VM"],
  [s.CLONE_FS, "CLONE_FS"],
  [s.CLONE_FILES, "CLONE_FILES"],
  [s.CLONE_SIGHAND, "CLONE_SIGHAND"],
  [s.CLONE_PIDFD, "CLONE_PIDFD"],
  [s.CLONE_VFORK, "CLONE_VFORK"],
  [s.CLONE_PARENT, "CLONE_PARENT"],
  [s.CLONE_THREAD, "CLONE_THREAD"],
  [s.CLONE_NEWNS, "CLONE_NEWNS"],
  [s.CLONE_SYSVSEM, "CLONE_SYSVSEM"],
  [s.CLONE_SETTLS, "CLONE_SETTLS"],
  [s.CLONE_PARENT_SETTID, "CLONE_PARENT_SETTID"],
  [s.CLONE_CHILD_CLEARTID, "CLONE_CHILD_CLEARTID"],
  [s.CLONE_CHILD_SETTID, "CLONE_CHILD_SETTID"],
  [s.CLONE_NEWUTS, "CLONE_NEWUTS"],
  [s.CLONE_NEWIPC, "CLONE_NEWIPC"],
  [s.CLONE_NEWUSER, "CLONE_NEWUSER"],
  [s.CLONE_NEWPID, "CLONE_NEWPID"],
  [s.CLONE_NEWNET, "CLONE_NEWNET"],
  [SIGCHLD, "SIGCHLD"],
];

/** clone(2). */
export function sysClone(task: Task, args: SyscallArgs): Result {
  const word = args.uint(0);
  const parentTid = args.addr(2);
  return cloneTask(task, {
    flags: word & ~SIGNAL_MASK,
    clearHandlers: false,
    exitSignal: word & SIGNAL_MASK,
    stack: args.addr(1),
    tls: args.addr(4),
    parentTid,
    childTid: args.addr(3),
    pidfd: parentTid,
  });
}

/** clone3(2). */
export function sysClone3(task: Task, args: SyscallArgs): Result {
  const address = args.addr(0);
  const length = args.size(1);
  if (length < s.CLONE_ARGS_SIZE_VER0) return -EINVAL;
  if (length > 4096) return -E2BIG;
  TaskMemory.scratch.fill(0, 0, CloneArgsLayout.byteLength);
  const copied = task.memory.copyInScratch(address, 0, length);
  if (copied < 0) return copied;
  // What a newer program says beyond what we know must be zero.
  for (let i = CloneArgsLayout.byteLength; i < length; i++) if (TaskMemory.scratch[i] !== 0) return -E2BIG;
  const request = readCloneArgs(TaskMemory.scratchView);
  return typeof request === "number" ? request : cloneTask(task, request);
}

function readCloneArgs(view: DataView): CloneRequest | number {
  const low = view.getUint32(0, true);
  const high = view.getUint32(4, true);
  const CLEAR_SIGHAND_HIGH = 1;
  if ((high & ~CLEAR_SIGHAND_HIGH) !== 0 || (low & SIGNAL_MASK) !== 0) return -EINVAL;
  const exitSignal = CloneArgsLayout.exitSignal.read(view, 0);
  const stack = CloneArgsLayout.stack.read(view, 0);
  const stackSize = CloneArgsLayout.stackSize.read(view, 0);
  if (exitSignal > SIGRTMAX) return -EINVAL;
  if ((low & (s.CLONE_THREAD | s.CLONE_PARENT)) !== 0 && exitSignal !== 0) return -EINVAL;
  if ((stack === 0) !== (stackSize === 0)) return -EINVAL;
  if (CloneArgsLayout.setTidSize.read(view, 0) !== 0) return -EINVAL;
  return {
    flags: low | 0,
    clearHandlers: high !== 0,
    exitSignal,
    stack: stack === 0 ? 0 : stack + stackSize,
    tls: CloneArgsLayout.tls.read(view, 0),
    parentTid: CloneArgsLayout.parentTid.read(view, 0),
    childTid: CloneArgsLayout.childTid.read(view, 0),
    pidfd: CloneArgsLayout.pidfd.read(view, 0),
  };
}

/** fork(2). */
export function sysFork(task: Task): Result {
  return cloneTask(task, simpleRequest(0));
}

/** vfork(2). */
export function sysVfork(task: Task): Result {
  return cloneTask(task, simpleRequest(s.CLONE_VM | s.CLONE_VFORK));
}

function simpleRequest(cloneFlags: number): CloneRequest {
  return {
    flags: cloneFlags,
    clearHandlers: false,
    exitSignal: SIGCHLD,
    stack: 0,
    tls: 0,
    parentTid: 0,
    childTid: 0,
    pidfd: 0,
  };
}

const UNSHARABLE =
  s.CLONE_FS |
  s.CLONE_FILES |
  s.CLONE_NEWNS |
  s.CLONE_NEWUTS |
  s.CLONE_NEWIPC |
  s.CLONE_SYSVSEM |
  s.CLONE_THREAD |
  s.CLONE_SIGHAND |
  s.CLONE_VM;

/** unshare(2). */
export function sysUnshare(task: Task, args: SyscallArgs): Result {
  const wanted = args.uint(0);
  if ((wanted & ~UNSHARABLE) !== 0) return -EINVAL;
  const isAlone = task.threadGroup.tasks.size === 1 && task.mm.users === 1;
  if ((wanted & (s.CLONE_THREAD | s.CLONE_SIGHAND | s.CLONE_VM)) !== 0 && !isAlone) return -EINVAL;
  const privileged = s.CLONE_NEWNS | s.CLONE_NEWUTS | s.CLONE_NEWIPC;
  if ((wanted & privileged) !== 0 && !task.credentials.has(CAP_SYS_ADMIN)) return -EPERM;
  if ((wanted & (s.CLONE_FS | s.CLONE_NEWNS)) !== 0 && task.fs.isShared) {
    const shared = task.fs;
    task.fs = shared.fork();
    shared.dropReference();
  }
  if ((wanted & s.CLONE_FILES) !== 0 && task.fdTable.isShared) {
    const shared = task.fdTable;
    task.fdTable = shared.fork();
    shared.dropReference();
  }
  if ((wanted & s.CLONE_NEWUTS) !== 0) task.uts = task.uts.fork();
  if ((wanted & s.CLONE_NEWIPC) !== 0) unshareIpc(task);
  if ((wanted & s.CLONE_NEWNS) !== 0) {
    const { namespace } = task.fs.root.mount;
    if (namespace !== null) {
      const copy = namespace.copy([task.fs.root, task.fs.cwd]);
      task.fs.root = copy.places[0];
      task.fs.cwd = copy.places[1];
    }
  }
  return 0;
}

/** setns(2): no descriptor of a namespace can be opened yet. */
export function sysSetns(task: Task, args: SyscallArgs): Result {
  return task.fdTable.get(args.int(0)) === undefined ? -EBADF : -EINVAL;
}

const NAMESPACES_NOTE = "mount, UTS and IPC namespaces; EINVAL for user, PID, network, cgroup and time namespaces";

export const cloneRows: RowTable = {
  56: partial("clone", sysClone, [flags(CLONE_FLAGS), addr, addr, addr, addr], NAMESPACES_NOTE),
  57: supported("fork", sysFork, []),
  58: supported("vfork", sysVfork, []),
  272: partial("unshare", sysUnshare, [flags(CLONE_FLAGS)], NAMESPACES_NOTE),
  308: partial("setns", sysSetns, [fd, hex], "no namespace can be entered"),
  435: partial("clone3", sysClone3, [addr, size], `${NAMESPACES_NOTE}; EINVAL for set_tid and CLONE_INTO_CGROUP`),
};
