/**
 * poll(2), select(2); include/uapi/asm-generic/poll.h.
 */

import { I32, struct, U16 } from "./layout.ts";

export const POLLIN = 1;
export const POLLPRI = 2;
export const POLLOUT = 4;
export const POLLERR = 8;
export const POLLHUP = 0x10;
export const POLLNVAL = 0x20;
export const POLLRDNORM = 0x40;
export const POLLRDBAND = 0x80;
export const POLLWRNORM = 0x100;
export const POLLWRBAND = 0x200;
export const POLLMSG = 0x400;
export const POLLREMOVE = 0x1000;
export const POLLRDHUP = 0x2000;

// Descriptors in an fd_set.
export const FD_SETSIZE = 1024;

/** struct pollfd. */
export const PollfdLayout = struct(8, { fd: new I32(0), events: new U16(4), revents: new U16(6) });
