/** Who may use a terminal: background processes are stopped when they try; acquiring and giving up a controlling terminal. drivers/tty/tty_jobctrl.c. */
import { CAP_SYS_ADMIN } from "../../../shared/abi/capability.ts";
import { EINVAL, EIO, ENOTTY, EPERM, ERESTARTSYS, type Errno, ESRCH } from "../../../shared/abi/errno.ts";
import { SIG_IGN, SIGTTIN } from "../../../shared/abi/signal.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { sendToProcessGroup } from "../kernel/signal/send.ts";
import { SignalInfo } from "../kernel/signal/signal_info.ts";
import type { Task } from "../kernel/task.ts";
import type { ThreadGroup } from "../kernel/thread_group.ts";
import { notifyFormerForeground, Pty } from "./pty.ts";

/** Processes that gave up their session's terminal by TIOCNOTTY without leading the session. Unlike on Linux, children don't inherit that. */
const withoutTerminal = new WeakSet<ThreadGroup>();

export function controllingTerminalOf(task: Task): Pty | null {
  const { terminal } = task.threadGroup;
  return terminal instanceof Pty && !withoutTerminal.has(task.threadGroup) ? terminal : null;
}

/**
 * Whether `task` may read (SIGTTIN) or change (SIGTTOU) its controlling terminal now: tty_check_change(). A background process is sent `signal` with its
 * whole group, and gets -ERESTARTSYS; -EIO if nobody could continue it, or, of SIGTTIN, if it doesn't want to know. Other terminals may always be used.
 */
export function checkForeground(task: Task, pty: Pty, signal: number): 0 | Errno {
  const group = task.threadGroup;
  const { processGroup } = group;
  if (pty.session === null || pty.foregroundId === 0 || processGroup === pty.foreground) return 0;
  if (controllingTerminalOf(task) !== pty) return 0;
  if (task.signalMask.has(signal) || group.actions.get(signal).handler === SIG_IGN)
    return signal === SIGTTIN ? -EIO : 0;
  if (processGroup.isOrphaned()) return -EIO;
  sendToProcessGroup(processGroup, SignalInfo.kernel(signal));
  // An init without a handler isn't stopped. Unlike Linux, we don't let it try for ever.
  return task.hasPendingSignal() ? -ERESTARTSYS : -EIO;
}

/** TIOCSCTTY. `steal`: even from another session, if the caller may. */
export function takeTerminal(task: Task, pty: Pty, isReadable: boolean, steal: boolean): 0 | Errno {
  const group = task.threadGroup;
  const { session } = group;
  const isLeader = session.leader === group;
  if (isLeader && pty.session === session) return 0;
  if (!isLeader || session.terminal !== null) return -EPERM;
  const isAdministrator = task.credentials.has(CAP_SYS_ADMIN);
  if (pty.session !== null && !(steal && isAdministrator)) return -EPERM;
  if (!isReadable && !isAdministrator) return -EPERM;
  pty.attach(session, group.processGroup);
  return 0;
}

/** TIOCNOTTY. */
export function leaveTerminal(task: Task, pty: Pty): 0 | Errno {
  if (controllingTerminalOf(task) !== pty) return -ENOTTY;
  const group = task.threadGroup;
  if (group.session.leader === group) pty.giveUp();
  else withoutTerminal.add(group);
  return 0;
}

/** TIOCSPGRP, tcsetpgrp(3). */
export function setForeground(task: Task, pty: Pty, id: number): 0 | Errno {
  if (id < 0) return -EINVAL;
  const { session, pidNamespace } = task.threadGroup;
  if (controllingTerminalOf(task) !== pty || pty.session !== session) return -ENOTTY;
  const group = pidNamespace.processGroups.get(id);
  if (group === undefined) return -ESRCH;
  if (group.session !== session) return -EPERM;
  pty.foreground = group;
  return 0;
}

/** A session leader that lost its terminal by a hang-up passes the bad news on when it exits: disassociate_ctty(). */
export function installExitHook(kernel: Kernel): void {
  kernel.addExitHook((task) => {
    const group = task.threadGroup;
    if (group.tasks.size > 0 || group.session.leader !== group || group.session.terminal !== null) return;
    notifyFormerForeground(group.session);
  });
}
