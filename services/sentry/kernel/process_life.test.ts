import { describe, expect, test } from "vitest";
import { ECHILD, EPERM, ESRCH } from "../../../shared/abi/errno.ts";
import {
  CLONE_FILES,
  CLONE_FS,
  CLONE_SIGHAND,
  CLONE_THREAD,
  CLONE_VFORK,
  CLONE_VM,
} from "../../../shared/abi/sched.ts";
import {
  CLD_CONTINUED,
  CLD_EXITED,
  CLD_KILLED,
  CLD_STOPPED,
  SIG_IGN,
  SIGCHLD,
  SIGCONT,
  SIGHUP,
  SIGKILL,
  SIGSTOP,
  SIGTERM,
  SIGTSTP,
} from "../../../shared/abi/signal.ts";
import { P_ALL, P_PID, WCONTINUED, WEXITED, WNOWAIT, WSTOPPED } from "../../../shared/abi/wait.ts";
import { sysSetpgid, sysSetsid } from "../syscalls/sys_process.ts";
import { TAKEN } from "./result.ts";
import { sendToGroup } from "./signal/send.ts";
import { DEFAULT_ACTION } from "./signal/signal_actions.ts";
import { SignalInfo } from "./signal/signal_info.ts";
import { STATE_EXITED, STATE_RUNNING, STATE_STOPPED, STATE_TAKEN, type Task } from "./task.ts";
import { cloneTask } from "./task_clone.ts";
import { exitedStatus, exitGroup, exitTask } from "./task_exit.ts";
import { FakeTask, type FakeThread } from "./testing/fake_platform.ts";
import { findChange, type WaitReport } from "./wait.ts";

/** A kernel with an init whose requests to the platform end at once. */
function boot(): FakeTask {
  const fake = new FakeTask();
  fake.platform.start(fake.kernel);
  fake.kernel.pidNamespace.init = fake.task.threadGroup;
  // Nothing here touches paths.
  const fs = { takeReference: () => fs, fork: () => fs, dropReference() {} };
  (fake.task as { fs: unknown }).fs = fs;
  return fake;
}

function clone(parent: Task, flags = 0, exitSignal = SIGCHLD): Task {
  const before = new Set(parent.kernel.pidNamespace.tasks.keys());
  parent.state = 1;
  expect(
    cloneTask(parent, {
      flags,
      clearHandlers: false,
      exitSignal,
      stack: 0,
      tls: 0,
      parentTid: 0,
      childTid: 0,
      pidfd: 0,
    }),
  ).toBe(TAKEN);
  for (const [tid, task] of parent.kernel.pidNamespace.tasks) if (!before.has(tid)) return task;
  throw new Error("no child");
}

function thread(task: Task): FakeThread {
  return task.thread as FakeThread;
}

function exit(task: Task, code: number): void {
  task.kernel.enter(() => {
    exitGroup(task.threadGroup, exitedStatus(code));
    exitTask(task);
  });
}

/** The task comes to the kernel because it was interrupted. */
function arrive(task: Task): void {
  task.kernel.onInterrupt(task.thread, false);
}

function wait(parent: Task, options = WEXITED, idType = P_ALL, id = 0): WaitReport | null | number {
  return findChange(parent.threadGroup, { idType, id, options });
}

describe("processes", () => {
  test("fork, exit and wait: the parent gets SIGCHLD and the status, once", () => {
    const { task: init } = boot();
    const child = clone(init);
    expect(child.threadGroup.parent).toBe(init.threadGroup);
    expect(child.state).toBe(STATE_RUNNING);
    expect(wait(init)).toBeNull();
    exit(child, 7);
    expect(wait(init, WEXITED | WNOWAIT)).toMatchObject({ pid: child.tid, code: CLD_EXITED, value: 7, status: 0x700 });
    expect(wait(init)).toMatchObject({ status: 0x700 });
    expect(wait(init)).toBe(-ECHILD);
    expect(init.kernel.findTask(child.tid)).toBeUndefined();
  });

  test("a child of a parent that ignores SIGCHLD leaves no zombie", () => {
    const { task: init } = boot();
    init.threadGroup.actions.set(SIGCHLD, { ...DEFAULT_ACTION, handler: SIG_IGN });
    const child = clone(init);
    exit(child, 0);
    expect(wait(init)).toBe(-ECHILD);
  });

  test("orphans go to the nearest subreaper, zombies among them too", () => {
    const { task: init } = boot();
    const reaper = clone(init);
    reaper.threadGroup.isChildSubreaper = true;
    const parent = clone(reaper);
    const living = clone(parent);
    const dead = clone(parent);
    exit(dead, 3);
    exit(parent, 0);
    expect(living.threadGroup.parent).toBe(reaper.threadGroup);
    expect(wait(reaper, WEXITED, P_PID, dead.tid)).toMatchObject({ value: 3 });
  });

  test("a killed child reports the signal", () => {
    const { task: init } = boot();
    const child = clone(init);
    sendToGroup(child.threadGroup, SignalInfo.user(SIGTERM, init.tid, 0));
    expect(thread(child).interrupts).toBe(1);
    arrive(child);
    expect(child.state).toBe(STATE_EXITED);
    expect(wait(init)).toMatchObject({ code: CLD_KILLED, value: SIGTERM, status: SIGTERM });
  });

  test("stop and continue are reported once each", () => {
    const { task: init } = boot();
    const child = clone(init);
    sendToGroup(child.threadGroup, SignalInfo.user(SIGSTOP, init.tid, 0));
    arrive(child);
    expect(child.state).toBe(STATE_STOPPED);
    expect(wait(init, WSTOPPED)).toMatchObject({ code: CLD_STOPPED, value: SIGSTOP });
    expect(wait(init, WSTOPPED)).toBeNull();
    init.kernel.enter(() => sendToGroup(child.threadGroup, SignalInfo.user(SIGCONT, init.tid, 0)));
    expect(child.state).toBe(STATE_RUNNING);
    expect(wait(init, WCONTINUED)).toMatchObject({ code: CLD_CONTINUED, value: SIGCONT });
    expect(wait(init, WCONTINUED)).toBeNull();
  });

  test("SIGKILL ends a stop, and nobody else hears a hang-up", () => {
    const { task: init } = boot();
    const child = clone(init);
    sendToGroup(child.threadGroup, SignalInfo.user(SIGSTOP, init.tid, 0));
    arrive(child);
    init.kernel.enter(() => sendToGroup(child.threadGroup, SignalInfo.user(SIGKILL, init.tid, 0)));
    expect(child.state).toBe(STATE_EXITED);
    expect(wait(init)).toMatchObject({ code: CLD_KILLED, value: SIGKILL });
    expect(init.threadGroup.pending.has(SIGHUP)).toBe(false);
  });

  test("a stop from the keyboard doesn't stop an orphaned process group", () => {
    const { task: init } = boot();
    const leader = clone(init);
    expect(sysSetsid(leader)).toBe(leader.tid);
    sendToGroup(leader.threadGroup, SignalInfo.user(SIGTSTP, init.tid, 0));
    arrive(leader);
    expect(leader.state).toBe(STATE_RUNNING);
  });

  test("setpgid: only children before execve, within the session", () => {
    const { task: init } = boot();
    const child = clone(init);
    const args = (pid: number, group: number): Task["args"] => {
      thread(init).arguments.splice(0, 2, pid, group);
      return init.args;
    };
    expect(sysSetpgid(init, args(child.tid, child.tid))).toBe(0);
    expect(child.threadGroup.processGroup.id).toBe(child.tid);
    expect(sysSetpgid(init, args(999, 0))).toBe(-ESRCH);
    expect(sysSetpgid(init, args(child.tid, 777))).toBe(-EPERM);
    expect(sysSetpgid(init, args(init.tid, 0))).toBe(-EPERM);
  });

  test("vfork: the parent waits for the child's end", () => {
    const { task: init } = boot();
    const child = clone(init, CLONE_VM | CLONE_VFORK);
    expect(child.mm).toBe(init.mm);
    expect(init.state).toBe(STATE_TAKEN);
    exit(child, 1);
    expect(init.state).not.toBe(STATE_TAKEN);
    expect(thread(init).result).toBe(child.tid);
  });
});

describe("threads", () => {
  const FLAGS = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;

  test("exit_group takes all of them, and the zombie waits for the last", () => {
    const { task: init } = boot();
    const main = clone(init);
    const other = clone(main, FLAGS, 0);
    expect(other.threadGroup).toBe(main.threadGroup);
    exit(main, 5);
    expect(wait(init)).toBeNull();
    expect(thread(other).interrupts).toBe(1);
    arrive(other);
    expect(wait(init)).toMatchObject({ value: 5 });
  });

  test("a process signal goes to a thread that doesn't block it", () => {
    const { task: init } = boot();
    const main = clone(init);
    const other = clone(main, FLAGS, 0);
    main.setSignalMask(1 << (SIGTERM - 1), 0);
    sendToGroup(main.threadGroup, SignalInfo.user(SIGTERM, init.tid, 0));
    expect(thread(main).interrupts).toBe(0);
    expect(thread(other).interrupts).toBe(1);
  });

  test("a signal that its receiver blocks in time goes on to another", () => {
    const { task: init } = boot();
    const main = clone(init);
    const other = clone(main, FLAGS, 0);
    sendToGroup(main.threadGroup, SignalInfo.user(SIGTERM, init.tid, 0));
    main.setSignalMask(1 << (SIGTERM - 1), 0);
    expect(main.hasPendingSignal()).toBe(false);
    expect(thread(other).interrupts).toBe(1);
  });
});
