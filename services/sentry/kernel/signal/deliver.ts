/** Taking a signal: what happens on the way back to the application (get_signal and handle_signal of Linux). */
import { SA_NODEFER, SA_RESETHAND, SIG_DFL, SIG_IGN, SIGSTOP } from "../../../../shared/abi/signal.ts";
import type { Task } from "../task.ts";
import { stopGroup } from "../task_stop.ts";
import {
  DEFAULT_ACTION,
  DISPOSITION_CORE,
  DISPOSITION_STOP,
  DISPOSITION_TERMINATE,
  defaultDisposition,
  type SignalAction,
} from "./signal_actions.ts";
import type { SignalInfo } from "./signal_info.ts";

/** What `takeNext` found. */
export const DELIVER_NOTHING = 0;
/** `delivery.info` goes to the handler of `delivery.action`. */
export const DELIVER_HANDLER = 1;
/** The process dies of `delivery.info`. */
export const DELIVER_FATAL = 2;
/** A stop has begun: the task has WORK_STOP. */
export const DELIVER_STOP = 3;

/** Where takeNext leaves its answer: valid until it is called again. */
export const delivery: { info: SignalInfo | null; action: SignalAction } = { info: null, action: DEFAULT_ACTION };

/** A core dump would be written: the bit of the wait status. */
export const CORE_FLAG = 0x80;

export function takeNext(task: Task): number {
  const group = task.threadGroup;
  for (;;) {
    const info = task.pending.take(task.signalMask) ?? group.pending.take(task.signalMask);
    task.recalculateSignals();
    if (info === null) return DELIVER_NOTHING;
    info.source?.onDequeued(info);
    const action = group.actions.get(info.signal);
    if (action.handler === SIG_IGN) continue;
    delivery.info = info;
    delivery.action = action;
    if (action.handler !== SIG_DFL) return DELIVER_HANDLER;

    const disposition = defaultDisposition(info.signal);
    if (disposition === DISPOSITION_STOP) {
      if (group.isProtected && !info.fromOutside) continue;
      if (info.signal !== SIGSTOP && group.processGroup.isOrphaned()) continue;
      stopGroup(group, info.signal);
      return DELIVER_STOP;
    }
    if (disposition !== DISPOSITION_TERMINATE && disposition !== DISPOSITION_CORE) continue;
    if (group.isProtected && !info.fromOutside) continue;
    return DELIVER_FATAL;
  }
}

/** The handler's frame stands: blocks what it asked for, and forgets a one-shot handler. */
export function afterHandlerSetUp(task: Task, info: SignalInfo, action: SignalAction): void {
  if ((action.flags & SA_RESETHAND) !== 0) task.threadGroup.actions.set(info.signal, DEFAULT_ACTION);
  const mask = task.signalMask;
  let low = mask.low | action.maskLow;
  let high = mask.high | action.maskHigh;
  if ((action.flags & SA_NODEFER) === 0) {
    if (info.signal <= 32) low |= 1 << (info.signal - 1);
    else high |= 1 << (info.signal - 33);
  }
  task.setSignalMask(low, high);
}
