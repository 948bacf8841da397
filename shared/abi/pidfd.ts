/**
 * pidfd_open(2), waitid(P_PIDFD).
 */

export const PIDFD_NONBLOCK = 0x800;
export const PIDFD_THREAD = 0x80;
