/** Processes that nobody forks: the container's first one, and those that the runtime starts in it. */
import { EFAULT, type Errno, isErrno } from "../../../shared/abi/errno.ts";
import { RLIMIT_NOFILE, RLIMIT_STACK } from "../../../shared/abi/resource.ts";
import { type LoadedImage, loadExecutable } from "../loader/loader.ts";
import { MemoryManager } from "../mm/memory_manager.ts";
import { type AddressSpace, REG_RIP, REG_RSP } from "../platform/platform.ts";
import type { Credentials } from "../vfs/credentials.ts";
import type { VfsContext, VfsPath } from "../vfs/types.ts";
import type { FDTable } from "./fd_table.ts";
import { FsContext } from "./fs_context.ts";
import type { Kernel } from "./kernel.ts";
import type { Limits } from "./limits.ts";
import { TAKEN } from "./result.ts";
import { SignalActions } from "./signal/signal_actions.ts";
import { Task } from "./task.ts";
import { commOf } from "./task_exec.ts";
import { exitTask } from "./task_exit.ts";
import { ThreadGroup } from "./thread_group.ts";

export interface ProcessSpec {
  /** Path in the sandbox. */
  readonly executable: string;
  readonly argv: readonly string[];
  readonly envp: readonly string[];
  readonly credentials: Credentials;
  readonly root: VfsPath;
  readonly cwd: VfsPath;
  readonly umask: number;
  readonly limits: Limits;
  /** Its reference belongs to the process, also when it can't be made. */
  readonly fdTable: FDTable;
  readonly isInit: boolean;
  /** Stays stopped until `Kernel.start`. */
  readonly hold: boolean;
  /** Runs once, with the wait status. */
  readonly onExited: (status: number) => void;
  /** Before the first instruction: takes the terminal, for instance. */
  readonly prepare?: (task: Task) => void;
}

/** Makes the process, in a session of its own. `onReady` gets its first task, or the errno that execve(2) would have given. */
export function createProcess(kernel: Kernel, spec: ProcessSpec, onReady: (task: Task | Errno) => void): void {
  const context: VfsContext = {
    credentials: spec.credentials,
    root: spec.root,
    cwd: spec.cwd,
    umask: spec.umask,
    fileSizeLimit: Number.POSITIVE_INFINITY,
  };
  const fail = (errno: Errno): void => {
    spec.fdTable.dropReference();
    onReady(errno);
  };
  const file = kernel.vfs.openExecutable(context, spec.cwd, spec.executable);
  if (isErrno(file)) {
    fail(file);
    return;
  }
  const stackLimit = spec.limits.soft[RLIMIT_STACK];
  const random = new Uint8Array(16);
  kernel.randomBytes(random, 0, random.length);
  const mm = MemoryManager.create(kernel.platform, stackLimit, kernel.random32);
  const image = loadExecutable(
    {
      path: spec.executable,
      file,
      argv: spec.argv,
      envp: spec.envp,
      context,
      isSecure: false,
      stackLimit,
      random,
      host: kernel.hostAuxiliary,
      openExecutable: (path) => kernel.vfs.openExecutable(context, spec.cwd, path),
    },
    mm,
  );
  file.dropReference();
  if (isErrno(image)) {
    fail(image);
    return;
  }
  mm.setExecutable(image.executable);
  kernel.platform.takeAddressSpace((space) => {
    kernel.enter(() => {
      if (isErrno(space)) {
        mm.dropReference();
        fail(space);
        return;
      }
      mm.attach(space);
      run(kernel, spec, image, mm, space, onReady);
    });
  });
}

function run(
  kernel: Kernel,
  spec: ProcessSpec,
  image: LoadedImage,
  mm: MemoryManager,
  space: AddressSpace,
  onReady: (task: Task | Errno) => void,
): void {
  const task = newTask(kernel, spec, mm, space);
  const orders = [...image.orders, { kind: "loadFpu", address: 0 } as const];
  task.performOrders(orders, (failedIndex, result) => {
    const failed = failedIndex >= 0 ? result : writeImage(space, image);
    if (failed < 0) {
      exitTask(task);
      onReady(failed);
      return TAKEN;
    }
    const { thread } = task;
    thread.setRegister(REG_RIP, image.entry);
    thread.setRegister(REG_RSP, image.stackPointer);
    task.threadGroup.onExited = spec.onExited;
    spec.prepare?.(task);
    onReady(task);
    if (spec.hold) thread.park(Number.POSITIVE_INFINITY);
    else kernel.start(task);
    return TAKEN;
  });
}

function newTask(kernel: Kernel, spec: ProcessSpec, mm: MemoryManager, space: AddressSpace): Task {
  const { pidNamespace } = kernel;
  const tid = pidNamespace.allocate();
  if (isErrno(tid)) throw new Error("no process number is left");
  // The group wants a process group and that a session, whose leader is the group.
  const processGroup = pidNamespace.newSession(null, tid);
  const actions = new SignalActions();
  const group = new ThreadGroup(kernel, pidNamespace, tid, null, processGroup, actions, spec.limits);
  processGroup.session.leader = group;
  if (spec.isInit) pidNamespace.init = group;
  spec.fdTable.limit = spec.limits.soft[RLIMIT_NOFILE];
  const task = new Task({
    kernel,
    thread: space.firstThread,
    tid,
    threadGroup: group,
    credentials: spec.credentials,
    fs: new FsContext(spec.root, spec.cwd, spec.umask),
    fdTable: spec.fdTable,
    mm,
    uts: kernel.uts,
    ipc: kernel.ipc,
    name: commOf(spec.executable),
  });
  group.leader = task;
  group.tasks.add(task);
  pidNamespace.add(task);
  kernel.forkCount++;
  return task;
}

function writeImage(space: AddressSpace, image: LoadedImage): 0 | Errno {
  for (const { address, bytes } of image.writes) {
    if (space.write(address, bytes, 0, bytes.length) !== bytes.length) return -EFAULT;
  }
  for (const { address, length, contentKey } of image.executableMappings) {
    space.noteExecutable(address, length, contentKey);
  }
  return 0;
}
