/** What a process does with each signal, sigaction(2); shared by tasks with CLONE_SIGHAND. */
import {
  SA_NOCLDWAIT,
  SIG_DFL,
  SIG_IGN,
  SIGABRT,
  SIGBUS,
  SIGCHLD,
  SIGCONT,
  SIGFPE,
  SIGILL,
  SIGKILL,
  SIGQUIT,
  SIGRTMAX,
  SIGSEGV,
  SIGSTOP,
  SIGSYS,
  SIGTRAP,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
  SIGURG,
  SIGWINCH,
  SIGXCPU,
  SIGXFSZ,
} from "../../../../shared/abi/signal.ts";

/** One entry of the table. Replaced as a whole, never changed. */
export interface SignalAction {
  /** SIG_DFL, SIG_IGN or an address. */
  readonly handler: number;
  /** SA_* as an unsigned 32-bit number. */
  readonly flags: number;
  readonly restorer: number;
  readonly maskLow: number;
  readonly maskHigh: number;
}

export const DEFAULT_ACTION: SignalAction = { handler: SIG_DFL, flags: 0, restorer: 0, maskLow: 0, maskHigh: 0 };
const IGNORE_ACTION: SignalAction = { handler: SIG_IGN, flags: 0, restorer: 0, maskLow: 0, maskHigh: 0 };

/** What SIG_DFL means for a signal, signal(7). */
export const DISPOSITION_TERMINATE = 0;
export const DISPOSITION_CORE = 1;
export const DISPOSITION_STOP = 2;
export const DISPOSITION_IGNORE = 3;
export const DISPOSITION_CONTINUE = 4;

export function defaultDisposition(signal: number): number {
  switch (signal) {
    case SIGQUIT:
    case SIGILL:
    case SIGTRAP:
    case SIGABRT:
    case SIGBUS:
    case SIGFPE:
    case SIGSEGV:
    case SIGXCPU:
    case SIGXFSZ:
    case SIGSYS:
      return DISPOSITION_CORE;
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
      return DISPOSITION_STOP;
    case SIGCHLD:
    case SIGURG:
    case SIGWINCH:
      return DISPOSITION_IGNORE;
    case SIGCONT:
      return DISPOSITION_CONTINUE;
    default:
      return DISPOSITION_TERMINATE;
  }
}

export class SignalActions {
  #actions: SignalAction[];
  #references = 1;

  constructor(actions?: readonly SignalAction[]) {
    this.#actions = actions?.slice() ?? new Array<SignalAction>(SIGRTMAX + 1).fill(DEFAULT_ACTION);
  }

  get(signal: number): SignalAction {
    return this.#actions[signal];
  }

  set(signal: number, action: SignalAction): void {
    this.#actions[signal] = action;
  }

  /** A signal that would be thrown away were it delivered now. */
  isIgnored(signal: number): boolean {
    const { handler } = this.#actions[signal];
    if (handler === SIG_IGN) return true;
    if (handler !== SIG_DFL) return false;
    const disposition = defaultDisposition(signal);
    return disposition === DISPOSITION_IGNORE || disposition === DISPOSITION_CONTINUE;
  }

  /** Children that exit leave no zombie: SIGCHLD is ignored explicitly, or SA_NOCLDWAIT is set. */
  get reapsChildren(): boolean {
    const action = this.#actions[SIGCHLD];
    return action.handler === SIG_IGN || (action.flags & SA_NOCLDWAIT) !== 0;
  }

  /** execve(2): handlers go back to SIG_DFL, SIG_IGN stays. */
  resetForExec(): void {
    for (let signal = 1; signal <= SIGRTMAX; signal++) {
      this.#actions[signal] = this.#actions[signal].handler === SIG_IGN ? IGNORE_ACTION : DEFAULT_ACTION;
    }
  }

  /** CLONE_CLEAR_SIGHAND: as resetForExec. */
  reset(signal: number): void {
    this.#actions[signal] = DEFAULT_ACTION;
  }

  fork(): SignalActions {
    return new SignalActions(this.#actions);
  }

  takeReference(): this {
    this.#references++;
    return this;
  }

  dropReference(): void {
    this.#references--;
  }

  get isShared(): boolean {
    return this.#references > 1;
  }
}

/** Signals that can be neither caught nor blocked. */
export function isUncatchable(signal: number): boolean {
  return signal === SIGKILL || signal === SIGSTOP;
}
