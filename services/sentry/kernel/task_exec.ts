/**
 * execve(2): a task changes its program. Steps, each of which may end the call with an error and the old program unharmed until the last:
 *
 *   1. load: the loader plans the new address space from the file (loader/loader.ts);
 *   2. fill: a fresh address space is taken from the platform, its own thread maps everything, and the initial stack is written;
 *   3. de-thread: the other tasks of the process are killed and waited for;
 *   4. commit: the task moves to the new thread; signals, descriptors, names and credentials change. Nothing can fail here.
 */
import { EAGAIN, EFAULT, type Errno, errnoName, isErrno } from "../../../shared/abi/errno.ts";
import { TASK_COMM_LEN } from "../../../shared/abi/limits.ts";
import { RLIMIT_STACK } from "../../../shared/abi/resource.ts";
import { SIGCHLD } from "../../../shared/abi/signal.ts";
import { type LoadedImage, type LoadRequest, loadExecutable } from "../loader/loader.ts";
import { MemoryManager } from "../mm/memory_manager.ts";
import { type AddressSpace, type AppThread, REG_RIP, REG_RSP, REGISTER_COUNT } from "../platform/platform.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import { credentialsAfterExec, type ExecCredentials } from "./exec_credentials.ts";
import { type Result, TAKEN } from "./result.ts";
import { STATE_TAKEN, type Task } from "./task.ts";
import { exitTask, killTasks } from "./task_exit.ts";

export interface ExecRequest {
  /** As the program will see it: AT_EXECFN. */
  readonly path: string;
  /** Opened by the caller, who keeps his reference. */
  readonly file: FileDescription;
  readonly argv: readonly string[];
  readonly envp: readonly string[];
}

/** A program that is ready to run. */
interface NewProgram {
  readonly image: LoadedImage;
  readonly mm: MemoryManager;
  readonly thread: AppThread;
}

const zeroRegisters = new Uint8Array(REGISTER_COUNT * 8);

export function execTask(task: Task, request: ExecRequest): Result {
  const credentials = credentialsAfterExec(task, request.file);
  const planned = planImage(task, request, credentials.isSecure);
  if (isErrno(planned)) return planned;
  const { image, mm } = planned;

  task.state = STATE_TAKEN;
  task.kernel.platform.takeAddressSpace((space) => {
    if (isErrno(space)) {
      task.kernel.log.warn(
        `${task.name}[${task.tid}]: execve of ${request.path}: no address space, ${errnoName(space)}`,
      );
      abandon(planned);
      task.finish(space);
      return;
    }
    mm.attach(space);
    const result = fill(task, { image, mm, thread: space.firstThread }, request, credentials);
    if (result !== TAKEN) task.finish(result);
  });
  return TAKEN;
}

function planImage(
  task: Task,
  request: ExecRequest,
  isSecure: boolean,
): { image: LoadedImage; mm: MemoryManager } | Errno {
  const { kernel } = task;
  const stackLimit = task.threadGroup.limits.soft[RLIMIT_STACK];
  const random = new Uint8Array(16);
  kernel.randomBytes(random, 0, random.length);
  const mm = MemoryManager.create(kernel.platform, stackLimit, kernel.random32);
  const load: LoadRequest = {
    path: request.path,
    file: request.file,
    argv: request.argv,
    envp: request.envp,
    context: task.vfsContext,
    isSecure,
    stackLimit,
    random,
    host: kernel.hostAuxiliary,
    openExecutable: (path) => kernel.vfs.openExecutable(task.vfsContext, task.vfsContext.cwd, path),
  };
  const image = loadExecutable(load, mm);
  return isErrno(image) ? image : { image, mm };
}

function abandon(planned: { image: LoadedImage; mm: MemoryManager }): void {
  planned.image.executable.dropReference();
  planned.mm.dropReference();
}

function fill(task: Task, program: NewProgram, request: ExecRequest, credentials: ExecCredentials): Result {
  const { image, thread } = program;
  thread.owner = task;
  const orders = [...image.orders, { kind: "loadFpu", address: 0 } as const];
  return task.performOrdersOn(thread, orders, (failedIndex, result) => {
    const failed = failedIndex >= 0 ? result : writeMemory(thread.space, image);
    if (failed < 0) {
      const step = failedIndex < 0 ? "the initial stack" : JSON.stringify(orders[failedIndex]);
      task.kernel.log.warn(`${task.name}[${task.tid}]: execve of ${request.path}: ${errnoName(failed)} at ${step}`);
      abandon(program);
      return failed;
    }
    setRegisters(thread, image);
    return dethread(task, program, request, credentials);
  });
}

function writeMemory(space: AddressSpace, image: LoadedImage): 0 | Errno {
  for (const { address, bytes } of image.writes) {
    if (space.write(address, bytes, 0, bytes.length) !== bytes.length) return -EFAULT;
  }
  for (const { address, length, contentKey } of image.executableMappings) {
    space.noteExecutable(address, length, contentKey);
  }
  return 0;
}

function setRegisters(thread: AppThread, image: LoadedImage): void {
  thread.writeRegisters(zeroRegisters, 0);
  thread.setRegister(REG_RIP, image.entry);
  thread.setRegister(REG_RSP, image.stackPointer);
  thread.setFsBase(0);
}

/** Kills the other tasks and goes on when the last of them is gone. */
function dethread(task: Task, program: NewProgram, request: ExecRequest, credentials: ExecCredentials): Result {
  const group = task.threadGroup;
  if (group.isExiting || (group.execTask !== null && group.execTask !== task)) {
    abandon(program);
    return -EAGAIN;
  }
  group.execTask = task;
  const goOn = (): boolean => {
    if (group.isExiting) {
      // Somebody killed the whole process meanwhile.
      group.onTaskGone = null;
      abandon(program);
      exitTask(task);
      return true;
    }
    if (group.tasks.size > 1) return false;
    group.onTaskGone = null;
    commit(task, program, request, credentials);
    return true;
  };
  if (goOn()) return TAKEN;
  task.state = STATE_TAKEN;
  group.onTaskGone = goOn;
  killTasks(group, task);
  return TAKEN;
}

/** The point of no return. */
function commit(task: Task, program: NewProgram, request: ExecRequest, credentials: ExecCredentials): void {
  const group = task.threadGroup;
  const oldThread = task.thread;
  const oldMm = task.mm;
  const oldActions = group.actions;
  if (group.leader !== task) becomeLeader(task);

  task.adoptThread(program.thread);
  task.mm = program.mm;
  program.mm.setExecutable(program.image.executable);
  task.clearChildTid = 0;
  task.robustListHead = 0;
  if (oldMm.users > 1) oldThread.release();
  oldMm.dropReference();
  const { vforkDone } = task;
  task.vforkDone = null;
  vforkDone?.();

  if (oldActions.isShared) {
    group.actions = oldActions.fork();
    oldActions.dropReference();
  }
  group.actions.resetForExec();
  group.posixTimers?.deleteAll();
  task.alternateStack.disable();
  if (task.fdTable.isShared) {
    const shared = task.fdTable;
    task.fdTable = shared.fork();
    shared.dropReference();
  }
  task.fdTable.closeOnExec();
  task.name = commOf(request.path);
  task.credentials = credentials.credentials;
  task.keepCapabilities = false;
  if (credentials.isSecure) task.parentDeathSignal = 0;
  group.dumpable = credentials.changesIdentity ? 0 : 1;
  group.hasExeced = true;
  group.execTask = null;
  group.exitSignal = SIGCHLD;
  task.callState = null;
  task.kernel.finishExec(task);
}

/** As on Linux, the task that execs takes the place and number of the leader, which has exited. */
function becomeLeader(task: Task): void {
  const group = task.threadGroup;
  const { pidNamespace } = group;
  pidNamespace.remove(task);
  pidNamespace.remove(group.leader);
  task.tid = group.pid;
  group.leader = task;
  pidNamespace.add(task);
}

/** The last component of the path, cut to what comm holds. */
export function commOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).slice(0, TASK_COMM_LEN - 1);
}
