/** Who has which number: tasks, process groups and sessions of one PID namespace. */
import { EAGAIN, type Errno } from "../../../shared/abi/errno.ts";
import { ProcessGroup, Session } from "./session.ts";
import type { Task } from "./task.ts";
import type { ThreadGroup } from "./thread_group.ts";

/** /proc/sys/kernel/pid_max of a 64-bit Linux. */
export const PID_MAX = 1 << 22;
/** Numbers below are skipped when the search wraps around, as on Linux. */
const RESERVED_PIDS = 300;

export class PidNamespace {
  /** Every task that hasn't been reaped, zombie leaders included. */
  readonly tasks = new Map<number, Task>();
  readonly processGroups = new Map<number, ProcessGroup>();
  /** Process 1. */
  init: ThreadGroup | null = null;
  /**
   * Process 1 is immune to signals without a handler that its own descendants send. Unlike Linux, this is off by default, because then a program
   * behaves alike as the container's only process and as one of many; a runtime that wants Linux's rule turns it on.
   */
  protectsInit = false;
  #last = 0;

  /** The next free number, or -EAGAIN. */
  allocate(): number | Errno {
    for (let tries = 0; tries < PID_MAX; tries++) {
      this.#last = this.#last + 1 >= PID_MAX ? RESERVED_PIDS : this.#last + 1;
      if (!this.#isUsed(this.#last)) return this.#last;
    }
    return -EAGAIN;
  }

  #isUsed(id: number): boolean {
    if (this.tasks.has(id) || this.processGroups.has(id)) return true;
    for (const group of this.processGroups.values()) if (group.session.id === id) return true;
    return false;
  }

  add(task: Task): void {
    this.tasks.set(task.tid, task);
  }

  remove(task: Task): void {
    if (this.tasks.get(task.tid) === task) this.tasks.delete(task.tid);
  }

  task(tid: number): Task | undefined {
    return this.tasks.get(tid);
  }

  /** The process `pid`, zombies included; undefined for a tid that leads no process. */
  threadGroup(pid: number): ThreadGroup | undefined {
    const group = this.tasks.get(pid)?.threadGroup;
    return group !== undefined && group.pid === pid ? group : undefined;
  }

  /** Every process, zombies included. */
  threadGroups(): ThreadGroup[] {
    const groups: ThreadGroup[] = [];
    for (const task of this.tasks.values()) if (task.tid === task.threadGroup.pid) groups.push(task.threadGroup);
    return groups;
  }

  /** A new session and process group of that number; the caller puts `leader` into it. */
  newSession(leader: ThreadGroup | null, id: number): ProcessGroup {
    return this.newProcessGroup(new Session(leader, id), id);
  }

  newProcessGroup(session: Session, id: number): ProcessGroup {
    const group = new ProcessGroup(session, id);
    this.processGroups.set(id, group);
    return group;
  }

  forgetProcessGroup(group: ProcessGroup): void {
    if (this.processGroups.get(group.id) === group) this.processGroups.delete(group.id);
    group.session.processGroups.delete(group);
    if (group.session.terminal?.foreground === group) group.session.terminal.foreground = null;
  }

  get lastPid(): number {
    return this.#last;
  }
}
