/** What a descriptor's terminal says of itself, without Node's streams, which most commands never need. */

import { syscall } from "../../../native/host.ts";
import { TCGETS, TIOCGPGRP, TIOCGWINSZ } from "../../../shared/abi/ioctl.ts";
import { SYS_getpgrp, SYS_ioctl } from "../../../shared/abi/syscall_numbers.ts";

/** At least sizeof(struct termios) in the kernel's form. */
const TERMIOS_BYTES = 64;

export interface WindowSize {
  rows: number;
  columns: number;
}

/** Whether `fd` is a terminal that this process may set to raw mode: one in whose foreground it is, not in a shell's background job. */
export function isOwnTerminal(fd: number): boolean {
  const foreground = new Int32Array(1);
  return syscall(SYS_ioctl, fd, TIOCGPGRP, foreground) === 0 && foreground[0] === syscall(SYS_getpgrp);
}

/** isatty(3). */
export function isTerminal(fd: number): boolean {
  return syscall(SYS_ioctl, fd, TCGETS, new Uint8Array(TERMIOS_BYTES)) === 0;
}

/** The size of the terminal `fd`; 24 x 80 when it doesn't say. */
export function windowSize(fd: number): WindowSize {
  const size = new Uint16Array(4);
  if (syscall(SYS_ioctl, fd, TIOCGWINSZ, size) < 0 || size[0] === 0 || size[1] === 0) return { rows: 24, columns: 80 };
  return { rows: size[0], columns: size[1] };
}
