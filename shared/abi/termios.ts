/**
 * Terminal modes, termios(3), ioctl_tty(2); include/uapi/asm-generic/termbits.h.
 */

import { Bytes, struct, U8, U16, U32 } from "./layout.ts";

// Indexes of c_cc.
export const VINTR = 0;
export const VQUIT = 1;
export const VERASE = 2;
export const VKILL = 3;
export const VEOF = 4;
export const VTIME = 5;
export const VMIN = 6;
export const VSWTC = 7;
export const VSTART = 8;
export const VSTOP = 9;
export const VSUSP = 10;
export const VEOL = 11;
export const VREPRINT = 12;
export const VDISCARD = 13;
export const VWERASE = 14;
export const VLNEXT = 15;
export const VEOL2 = 16;
export const NCCS = 19;

// c_iflag.
export const IGNBRK = 1;
export const BRKINT = 2;
export const IGNPAR = 4;
export const PARMRK = 0o10;
export const INPCK = 0o20;
export const ISTRIP = 0o40;
export const INLCR = 0o100;
export const IGNCR = 0o200;
export const ICRNL = 0o400;
export const IUCLC = 0o1000;
export const IXON = 0o2000;
export const IXANY = 0o4000;
export const IXOFF = 0o10000;
export const IMAXBEL = 0o20000;
export const IUTF8 = 0o40000;

// c_oflag.
export const OPOST = 1;
export const OLCUC = 2;
export const ONLCR = 4;
export const OCRNL = 0o10;
export const ONOCR = 0o20;
export const ONLRET = 0o40;
export const OFILL = 0o100;
export const OFDEL = 0o200;
export const NLDLY = 0o400;
export const CRDLY = 0o3000;
export const TABDLY = 0o14000;
export const BSDLY = 0o20000;
export const VTDLY = 0o40000;
export const FFDLY = 0o100000;
export const XTABS = 0o14000;

// c_cflag.
export const CBAUD = 0o10017;
export const B0 = 0;
export const B9600 = 0o15;
export const B19200 = 0o16;
export const B38400 = 0o17;
export const B57600 = 0o10001;
export const B115200 = 0o10002;
export const CSIZE = 0o60;
export const CS5 = 0;
export const CS6 = 0o20;
export const CS7 = 0o40;
export const CS8 = 0o60;
export const CSTOPB = 0o100;
export const CREAD = 0o200;
export const PARENB = 0o400;
export const PARODD = 0o1000;
export const HUPCL = 0o2000;
export const CLOCAL = 0o4000;
export const CBAUDEX = 0o10000;
export const CIBAUD = 0o2003600000;
export const CRTSCTS = 0o20000000000;

// c_lflag.
export const ISIG = 1;
export const ICANON = 2;
export const XCASE = 4;
export const ECHO = 0o10;
export const ECHOE = 0o20;
export const ECHOK = 0o40;
export const ECHONL = 0o100;
export const NOFLSH = 0o200;
export const TOSTOP = 0o400;
export const ECHOCTL = 0o1000;
export const ECHOPRT = 0o2000;
export const ECHOKE = 0o4000;
export const FLUSHO = 0o10000;
export const PENDIN = 0o40000;
export const IEXTEN = 0o100000;
export const EXTPROC = 0o200000;

// tcflush(3), tcflow(3), tcsetattr(3).
export const TCOOFF = 0;
export const TCOON = 1;
export const TCIOFF = 2;
export const TCION = 3;
export const TCIFLUSH = 0;
export const TCOFLUSH = 1;
export const TCIOFLUSH = 2;
export const TCSANOW = 0;
export const TCSADRAIN = 1;
export const TCSAFLUSH = 2;

// Line disciplines.
export const N_TTY = 0;

/** struct termios of the kernel, TCGETS. */
export const TermiosLayout = struct(36, {
  iflag: new U32(0),
  oflag: new U32(4),
  cflag: new U32(8),
  lflag: new U32(12),
  line: new U8(16),
  cc: new Bytes(17, 19),
});

/** struct termios2, TCGETS2. */
export const Termios2Layout = struct(44, {
  iflag: new U32(0),
  oflag: new U32(4),
  cflag: new U32(8),
  lflag: new U32(12),
  line: new U8(16),
  cc: new Bytes(17, 19),
  ispeed: new U32(36),
  ospeed: new U32(40),
});

/** struct winsize, TIOCGWINSZ. */
export const WinsizeLayout = struct(8, {
  row: new U16(0),
  col: new U16(2),
  xpixel: new U16(4),
  ypixel: new U16(6),
});
