/** Resource limits of a process, getrlimit(2): soft and hard, by RLIMIT_*. RLIM_INFINITY is Infinity here. */
import {
  RLIM_NLIMITS,
  RLIMIT_CORE,
  RLIMIT_MEMLOCK,
  RLIMIT_MSGQUEUE,
  RLIMIT_NICE,
  RLIMIT_NOFILE,
  RLIMIT_NPROC,
  RLIMIT_RTPRIO,
  RLIMIT_SIGPENDING,
  RLIMIT_STACK,
} from "../../../shared/abi/resource.ts";

const UNLIMITED = Number.POSITIVE_INFINITY;

export class Limits {
  readonly soft: number[];
  readonly hard: number[];

  constructor(soft: readonly number[], hard: readonly number[]) {
    this.soft = [...soft];
    this.hard = [...hard];
  }

  /** What Linux gives its first process (include/asm-generic/resource.h), with a descriptor limit that containers commonly get. */
  static defaults(): Limits {
    const soft = new Array<number>(RLIM_NLIMITS).fill(UNLIMITED);
    const hard = new Array<number>(RLIM_NLIMITS).fill(UNLIMITED);
    const set = (resource: number, cur: number, max: number): void => {
      soft[resource] = cur;
      hard[resource] = max;
    };
    set(RLIMIT_STACK, 8 << 20, UNLIMITED);
    set(RLIMIT_CORE, 0, UNLIMITED);
    set(RLIMIT_NPROC, 96_000, 96_000);
    set(RLIMIT_NOFILE, 1 << 20, 1 << 20);
    set(RLIMIT_MEMLOCK, 8 << 20, 8 << 20);
    set(RLIMIT_SIGPENDING, 96_000, 96_000);
    set(RLIMIT_MSGQUEUE, 819_200, 819_200);
    set(RLIMIT_NICE, 0, 0);
    set(RLIMIT_RTPRIO, 0, 0);
    return new Limits(soft, hard);
  }

  fork(): Limits {
    return new Limits(this.soft, this.hard);
  }
}
