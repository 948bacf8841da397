/**
 * What a system call handler returns: a result (0 or positive), a negative errno, or one of the two markers below.
 *
 * The markers lie outside the errno range (-4095..-1) and outside every result that Linux can give.
 */

/** The task has been put to wait (`task.blockOn...`) and the handler will be run again from its start when woken. */
export const BLOCKED = -1_000_001;

/** The handler has taken over the task's registers or handed its thread to the platform (execve, rt_sigreturn, orders, fork, exit): the dispatcher leaves it alone. */
export const TAKEN = -1_000_002;

export type Result = number;
