/** RLIMIT_CPU: SIGXCPU when the soft limit is used up and every second after, SIGKILL at the hard one. */
import { RLIMIT_CPU } from "../../../../shared/abi/resource.ts";
import { SIGKILL, SIGXCPU } from "../../../../shared/abi/signal.ts";
import { SignalInfo } from "../signal/signal_info.ts";
import type { ThreadGroup } from "../thread_group.ts";
import { Timer } from "./timer_queue.ts";

const SECOND_NS = 1e9;
/** The clock of the wall is looked at instead of the processor's; never more often than this. */
const LEAST_WAIT_NS = 5e6;

export class CpuLimit {
  readonly #group: ThreadGroup;
  readonly #timer: Timer;
  /** CPU time at which the next signal is due. */
  #nextNs: number;

  constructor(group: ThreadGroup) {
    this.#group = group;
    this.#timer = new Timer(() => this.#look());
    this.#nextNs = group.limits.soft[RLIMIT_CPU] * SECOND_NS;
    this.#arm();
  }

  /** The limit has changed. */
  restart(): void {
    this.#nextNs = this.#group.limits.soft[RLIMIT_CPU] * SECOND_NS;
    this.#arm();
  }

  cancel(): void {
    this.#group.kernel.timers.cancel(this.#timer);
  }

  #arm(): void {
    const { timers, timekeeper } = this.#group.kernel;
    if (this.#nextNs === Number.POSITIVE_INFINITY) {
      timers.cancel(this.#timer);
      return;
    }
    const left = (this.#nextNs - this.#group.cpuTimeNs()) / Math.max(1, this.#group.tasks.size);
    timers.arm(this.#timer, timekeeper.monotonicNs() + Math.max(LEAST_WAIT_NS, left));
  }

  #look(): void {
    const group = this.#group;
    if (group.isExited) return;
    const used = group.cpuTimeNs();
    if (used >= group.limits.hard[RLIMIT_CPU] * SECOND_NS) {
      group.sendSignal(SignalInfo.kernel(SIGKILL));
      return;
    }
    if (used >= this.#nextNs) {
      this.#nextNs += SECOND_NS;
      group.sendSignal(SignalInfo.kernel(SIGXCPU));
    }
    this.#arm();
  }
}

/** Starts, moves or ends the watch after a change of RLIMIT_CPU, and in a child that inherits one. */
export function watchCpuLimit(group: ThreadGroup): void {
  if (group.cpuLimit !== null) group.cpuLimit.restart();
  else if (group.limits.soft[RLIMIT_CPU] !== Number.POSITIVE_INFINITY) group.cpuLimit = new CpuLimit(group);
}
