/**
 * clone(2), clone3(2), fork(2), vfork(2): new tasks.
 *
 * The child's host thread is made by the platform (`spawn` in the same address space, `fork` in a copy); all that can fail of the kernel's own is checked before that,
 * so that a child that exists can always be finished.
 */

import { CAP_SYS_ADMIN, CAP_SYS_RESOURCE } from "../../../shared/abi/capability.ts";
import { EAGAIN, EINVAL, EPERM, ERESTARTNOINTR, type Errno, isErrno } from "../../../shared/abi/errno.ts";
import { RLIMIT_NPROC } from "../../../shared/abi/resource.ts";
import {
  CLONE_CHILD_CLEARTID,
  CLONE_CHILD_SETTID,
  CLONE_DETACHED,
  CLONE_FILES,
  CLONE_FS,
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWTIME,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  CLONE_PARENT,
  CLONE_PARENT_SETTID,
  CLONE_PIDFD,
  CLONE_SETTLS,
  CLONE_SIGHAND,
  CLONE_THREAD,
  CLONE_VFORK,
  CLONE_VM,
} from "../../../shared/abi/sched.ts";
import { type AppThread, REG_RSP } from "../platform/platform.ts";
import { PidFile } from "./pidfd.ts";
import { type Result, TAKEN } from "./result.ts";
import { STATE_TAKEN, Task } from "./task.ts";
import { ThreadGroup } from "./thread_group.ts";
import { watchCpuLimit } from "./time/cpu_limit.ts";

/** What is asked of the new task. */
export interface CloneRequest {
  /** CLONE_* below 2^32. */
  readonly flags: number;
  /** CLONE_CLEAR_SIGHAND of clone3(2). */
  readonly clearHandlers: boolean;
  readonly exitSignal: number;
  /** The child's stack pointer; 0 keeps the parent's. */
  readonly stack: number;
  readonly tls: number;
  readonly parentTid: number;
  readonly childTid: number;
  /** Where CLONE_PIDFD stores the descriptor. */
  readonly pidfd: number;
}

/** Namespaces that this kernel doesn't divide, as a Linux that was configured without them. */
const NO_SUCH_NAMESPACE = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP | CLONE_NEWTIME;
const PRIVILEGED_NAMESPACES = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC;

export function cloneTask(task: Task, request: CloneRequest): Result {
  const checked = check(task, request);
  if (checked < 0) return checked;
  const { kernel } = task;
  // A process that is about to die or to stop doesn't multiply (a signal that came first is delivered first).
  if (task.hasPendingSignal()) return -ERESTARTNOINTR;
  const pidFile = (request.flags & CLONE_PIDFD) === 0 ? null : installPidFile(task, request);
  if (isErrno(pidFile)) return pidFile;

  task.onSpawned = (thread) => {
    if (isErrno(thread)) {
      if (pidFile !== null) task.fdTable.close(pidFile.fd);
      return thread;
    }
    return finishClone(task, request, thread, pidFile?.file ?? null);
  };
  task.state = STATE_TAKEN;
  if ((request.flags & CLONE_VM) !== 0) task.thread.spawn();
  else {
    const { wipe, omit } = task.mm.forkRanges();
    task.thread.fork(wipe, omit);
  }
  kernel.forkCount++;
  return TAKEN;
}

function check(task: Task, request: CloneRequest): 0 | Errno {
  const { flags } = request;
  if ((flags & CLONE_THREAD) !== 0 && (flags & CLONE_SIGHAND) === 0) return -EINVAL;
  if ((flags & CLONE_SIGHAND) !== 0 && (flags & CLONE_VM) === 0) return -EINVAL;
  if ((flags & CLONE_SIGHAND) !== 0 && request.clearHandlers) return -EINVAL;
  if ((flags & (CLONE_NEWNS | CLONE_FS)) === (CLONE_NEWNS | CLONE_FS)) return -EINVAL;
  if ((flags & CLONE_PARENT) !== 0 && task.threadGroup.parent === null) return -EINVAL;
  if ((flags & CLONE_PIDFD) !== 0 && (flags & (CLONE_DETACHED | CLONE_THREAD)) !== 0) return -EINVAL;
  if ((flags & NO_SUCH_NAMESPACE) !== 0) return -EINVAL;
  if ((flags & PRIVILEGED_NAMESPACES) !== 0 && !task.credentials.has(CAP_SYS_ADMIN)) return -EPERM;
  const limit = task.threadGroup.limits.soft[RLIMIT_NPROC];
  const { tasks } = task.threadGroup.pidNamespace;
  const isExempt = task.credentials.ruid === 0 || task.credentials.has(CAP_SYS_RESOURCE);
  if (tasks.size >= limit && !isExempt) return -EAGAIN;
  return 0;
}

function installPidFile(task: Task, request: CloneRequest): { fd: number; file: PidFile } | Errno {
  const file = new PidFile(0);
  const fd = task.fdTable.install(file, true);
  if (fd < 0) return fd;
  const copied = task.memory.copyOutU32(request.pidfd, fd);
  if (copied < 0) {
    task.fdTable.close(fd);
    return copied;
  }
  return { fd, file };
}

/** The child's host thread exists, parked, with the parent's registers. */
function finishClone(task: Task, request: CloneRequest, thread: AppThread, pidFile: PidFile | null): Result {
  const { flags } = request;
  const parentGroup = task.threadGroup;
  const { kernel, pidNamespace } = parentGroup;
  // Allocated now: another clone may have finished while the platform worked on this one.
  const tid = pidNamespace.allocate();
  if (tid < 0) {
    if ((flags & CLONE_VM) !== 0) thread.release();
    else thread.space.destroy();
    return tid;
  }
  let { mm } = task;
  if ((flags & CLONE_VM) !== 0) mm.takeReference();
  else {
    mm = mm.fork();
    mm.attach(thread.space);
  }
  const isThread = (flags & CLONE_THREAD) !== 0;
  const group = isThread ? parentGroup : newThreadGroup(task, request, tid);
  const child = new Task({
    kernel,
    thread,
    tid,
    threadGroup: group,
    credentials: task.credentials,
    fs: (flags & CLONE_FS) !== 0 ? task.fs.takeReference() : task.fs.fork(),
    fdTable: (flags & CLONE_FILES) !== 0 ? task.fdTable.takeReference() : task.fdTable.fork(),
    mm,
    uts: (flags & CLONE_NEWUTS) !== 0 ? task.uts.fork() : task.uts,
    ipc: (flags & CLONE_NEWIPC) !== 0 ? task.ipc.fork() : task.ipc,
    name: task.name,
  });
  if (!isThread) group.leader = child;
  group.tasks.add(child);
  if (!isThread) watchCpuLimit(group);
  pidNamespace.add(child);
  inherit(task, child, flags);
  if ((flags & CLONE_NEWNS) !== 0) separateMounts(child);
  pidFile?.setTarget(group);

  if (request.stack !== 0) thread.setRegister(REG_RSP, request.stack);
  if ((flags & CLONE_SETTLS) !== 0) thread.setFsBase(request.tls);
  thread.setResult(0);
  // As on Linux, bad addresses here are nobody's error.
  if ((flags & CLONE_CHILD_SETTID) !== 0) child.memory.copyOutU32(request.childTid, tid);
  if ((flags & CLONE_PARENT_SETTID) !== 0) task.memory.copyOutU32(request.parentTid, tid);
  if ((flags & CLONE_CHILD_CLEARTID) !== 0) child.clearChildTid = request.childTid;

  const isVfork = (flags & CLONE_VFORK) !== 0;
  if (isVfork) waitForVfork(task, child, tid);
  kernel.start(child);
  return isVfork ? TAKEN : tid;
}

function newThreadGroup(task: Task, request: CloneRequest, tid: number): ThreadGroup {
  const { flags } = request;
  const creator = task.threadGroup;
  const sharesParent = (flags & CLONE_PARENT) !== 0;
  const actions = (flags & CLONE_SIGHAND) !== 0 ? creator.actions.takeReference() : creator.actions.fork();
  if (request.clearHandlers) actions.resetForExec();
  const group = new ThreadGroup(
    task.kernel,
    creator.pidNamespace,
    tid,
    sharesParent ? creator.parent : creator,
    creator.processGroup,
    actions,
    creator.limits.fork(),
  );
  group.parentTask = sharesParent ? creator.parentTask : task;
  group.exitSignal = sharesParent ? creator.exitSignal : request.exitSignal;
  group.dumpable = creator.dumpable;
  group.oomScoreAdjust = creator.oomScoreAdjust;
  group.noThp = creator.noThp;
  return group;
}

function inherit(task: Task, child: Task, flags: number): void {
  child.signalMask.copyFrom(task.signalMask);
  child.personality = task.personality;
  child.timerSlackNs = task.timerSlackNs;
  child.nice = task.nice;
  child.schedulerPolicy = task.schedulerPolicy;
  child.schedulerPriority = task.schedulerPriority;
  if (task.affinity !== null) child.setAffinity(task.affinity);
  child.keepCapabilities = task.keepCapabilities;
  // A child on a stack of its own in the same memory can't share the alternate one.
  const keepsStack = (flags & CLONE_VM) === 0 || (flags & CLONE_VFORK) !== 0;
  if (keepsStack) child.alternateStack.copyFrom(task.alternateStack);
}

/** CLONE_NEWNS. */
function separateMounts(child: Task): void {
  const { root, cwd } = child.fs;
  const { namespace } = root.mount;
  if (namespace === null) return;
  const copy = namespace.copy([root, cwd]);
  child.fs.root = copy.places[0];
  child.fs.cwd = copy.places[1];
}

/** The parent waits until the child has memory of its own, or is gone. */
function waitForVfork(task: Task, child: Task, tid: number): void {
  task.state = STATE_TAKEN;
  task.thread.park(Number.POSITIVE_INFINITY);
  task.vforkWait = () => {
    child.vforkDone = null;
    task.finish(tid);
  };
  child.vforkDone = () => task.endVfork();
}
