/** The settings of a terminal, termios(3), and their three forms in application memory: struct termios, termios2 and the ancient termio. */
import {
  B38400,
  CBAUD,
  CBAUDEX,
  CREAD,
  CS8,
  CSIZE,
  ECHO,
  ECHOCTL,
  ECHOE,
  ECHOK,
  ECHOKE,
  EXTPROC,
  ICANON,
  ICRNL,
  IEXTEN,
  ISIG,
  IXON,
  N_TTY,
  NCCS,
  ONLCR,
  OPOST,
  PARENB,
  Termios2Layout,
  TermiosLayout,
  VEOF,
  VERASE,
  VINTR,
  VKILL,
  VLNEXT,
  VMIN,
  VQUIT,
  VREPRINT,
  VSTART,
  VSTOP,
  VSUSP,
  VWERASE,
} from "../../../shared/abi/termios.ts";

/** A control character that is switched off: _POSIX_VDISABLE. */
export const DISABLED = 0;

const BOTHER = CBAUDEX;
const IBSHIFT = 16;
/** Bits per second by the number in CBAUD; those above B38400 come after CBAUDEX. */
const SPEEDS = [
  0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800,
  500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000,
];
const FIRST_EXTENDED = 15;

const DEFAULT_CC: readonly (readonly [index: number, character: number])[] = [
  [VINTR, 0o3],
  [VQUIT, 0o34],
  [VERASE, 0o177],
  [VKILL, 0o25],
  [VEOF, 0o4],
  [VMIN, 1],
  [VSTART, 0o21],
  [VSTOP, 0o23],
  [VSUSP, 0o32],
  [VREPRINT, 0o22],
  [13, 0o17],
  [VWERASE, 0o27],
  [VLNEXT, 0o26],
];

/** struct termio: 16-bit flags and eight control characters. */
const TERMIO_BYTES = 18;
const TERMIO_CC = 8;

/** Which struct an ioctl speaks of. */
export type TermiosForm = "termio" | "termios" | "termios2";

export const TERMIOS_BYTES: Readonly<Record<TermiosForm, number>> = {
  termio: TERMIO_BYTES,
  termios: TermiosLayout.byteLength,
  termios2: Termios2Layout.byteLength,
};

export class Termios {
  iflag = 0;
  oflag = 0;
  cflag = 0;
  lflag = 0;
  line = N_TTY;
  readonly cc: Uint8Array = new Uint8Array(NCCS);
  /** Bits per second. */
  ispeed = 0;
  ospeed = 0;

  constructor() {
    this.reset();
  }

  /** What a new terminal has: cooked, 38400 bit/s. */
  reset(): void {
    this.iflag = ICRNL | IXON;
    this.oflag = OPOST | ONLCR;
    this.cflag = B38400 | CS8 | CREAD;
    this.lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
    this.line = N_TTY;
    this.cc.fill(DISABLED);
    for (const [index, character] of DEFAULT_CC) this.cc[index] = character;
    this.ispeed = this.ospeed = 38400;
  }

  copyFrom(other: Termios): void {
    this.iflag = other.iflag;
    this.oflag = other.oflag;
    this.cflag = other.cflag;
    this.lflag = other.lflag;
    this.line = other.line;
    this.cc.set(other.cc);
    this.ispeed = other.ispeed;
    this.ospeed = other.ospeed;
  }

  /** Lines are gathered and edited before anybody may read them. */
  get isCanonical(): boolean {
    return (this.lflag & (ICANON | EXTPROC)) === ICANON;
  }

  /** Packet mode tells its reader when ^S and ^Q start or stop meaning something. */
  get hasStandardFlowControl(): boolean {
    return (this.iflag & IXON) !== 0 && this.cc[VSTOP] === 0o23 && this.cc[VSTART] === 0o21;
  }

  /** A pseudo terminal has eight data bits and always receives. */
  setPtyBits(): void {
    this.cflag = (this.cflag & ~(CSIZE | PARENB)) | CS8 | CREAD;
  }

  write(view: DataView, start: number, form: TermiosForm): void {
    if (form === "termio") {
      view.setUint16(start, this.iflag, true);
      view.setUint16(start + 2, this.oflag, true);
      view.setUint16(start + 4, this.cflag, true);
      view.setUint16(start + 6, this.lflag, true);
      view.setUint8(start + 8, this.line);
      for (let i = 0; i < TERMIO_CC; i++) view.setUint8(start + 9 + i, this.cc[i]);
      view.setUint8(start + 17, 0);
      return;
    }
    TermiosLayout.iflag.write(view, start, this.iflag >>> 0);
    TermiosLayout.oflag.write(view, start, this.oflag >>> 0);
    TermiosLayout.cflag.write(view, start, this.cflag >>> 0);
    TermiosLayout.lflag.write(view, start, this.lflag >>> 0);
    TermiosLayout.line.write(view, start, this.line);
    for (let i = 0; i < NCCS; i++) view.setUint8(start + 17 + i, this.cc[i]);
    if (form === "termios") return;
    Termios2Layout.ispeed.write(view, start, this.ispeed);
    Termios2Layout.ospeed.write(view, start, this.ospeed);
  }

  read(view: DataView, start: number, form: TermiosForm): void {
    if (form === "termio") {
      const low = (word: number, offset: number): number => (word & ~0xffff) | view.getUint16(start + offset, true);
      this.iflag = low(this.iflag, 0);
      this.oflag = low(this.oflag, 2);
      this.cflag = low(this.cflag, 4);
      this.lflag = low(this.lflag, 6);
      this.line = view.getUint8(start + 8);
      for (let i = 0; i < TERMIO_CC; i++) this.cc[i] = view.getUint8(start + 9 + i);
    } else {
      this.iflag = TermiosLayout.iflag.read(view, start);
      this.oflag = TermiosLayout.oflag.read(view, start);
      this.cflag = TermiosLayout.cflag.read(view, start);
      this.lflag = TermiosLayout.lflag.read(view, start);
      this.line = TermiosLayout.line.read(view, start);
      for (let i = 0; i < NCCS; i++) this.cc[i] = view.getUint8(start + 17 + i);
    }
    if (form === "termios2") {
      this.ispeed = Termios2Layout.ispeed.read(view, start);
      this.ospeed = Termios2Layout.ospeed.read(view, start);
    }
    this.#deriveSpeeds();
  }

  #deriveSpeeds(): void {
    this.ospeed = speedOf(this.cflag & CBAUD, this.ospeed);
    const input = (this.cflag >>> IBSHIFT) & CBAUD;
    this.ispeed = input === 0 ? this.ospeed : speedOf(input, this.ispeed);
  }
}

function speedOf(code: number, other: number): number {
  if (code === BOTHER) return other;
  return SPEEDS[(code & CBAUDEX) !== 0 ? (code & ~CBAUDEX) + FIRST_EXTENDED : code] ?? 0;
}
