/**
 * A pseudo terminal, pty(7): the terminal that programs see (the slave), and the master, which is its keyboard and screen.
 *
 * Bytes written to the master go by `#typed` into the line discipline; bytes written to the slave go by the output processor into its ring,
 * from which the master reads. Invariants: `#typed` holds something only while the line discipline has no room; a slave file whose
 * `generation` isn't the terminal's has been hung up; `session.terminal === this` exactly if `this.session === session`.
 */

import {
  TIOCPKT_DOSTOP,
  TIOCPKT_FLUSHREAD,
  TIOCPKT_FLUSHWRITE,
  TIOCPKT_IOCTL,
  TIOCPKT_NOSTOP,
  TIOCPKT_START,
  TIOCPKT_STOP,
} from "../../../shared/abi/ioctl.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLPRI, POLLRDNORM, POLLWRNORM } from "../../../shared/abi/poll.ts";
import { SIGCONT, SIGHUP, SIGWINCH } from "../../../shared/abi/signal.ts";
import { EXTPROC, IXON } from "../../../shared/abi/termios.ts";
import { WaitQueue } from "../../../shared/waiter/wait_queue.ts";
import { ByteRing } from "../kernel/byte_ring.ts";
import type { ControllingTerminal, ProcessGroup, Session } from "../kernel/session.ts";
import { sendToGroup, sendToProcessGroup } from "../kernel/signal/send.ts";
import { SignalInfo } from "../kernel/signal/signal_info.ts";
import { makeDevice } from "../vfs/device_registry.ts";
import { LineDiscipline, type TerminalEvents } from "./line_discipline.ts";
import { OUTPUT_BYTES, OutputProcessor } from "./output_processor.ts";
import { DISABLED, Termios } from "./termios.ts";

export const SLAVE_MAJOR = 136;
const MINORS_PER_MAJOR = 1 << 20;

/** What may wait before the line discipline: the driver's buffer. */
const TYPED_BYTES = 8192;
const FEED_BYTES = 4096;
/** On its way to a line discipline; contents last only within one step. */
const feed = new Uint8Array(FEED_BYTES);

const READABLE = POLLIN | POLLRDNORM;
const WRITABLE = POLLOUT | POLLWRNORM;
const EVERYTHING = READABLE | WRITABLE | POLLERR | POLLHUP;

export interface WindowSize {
  rows: number;
  columns: number;
  xPixels: number;
  yPixels: number;
}

/** The foreground group of sessions that lost their terminal by a hang-up: told when their leader exits. */
const formerForeground = new WeakMap<Session, ProcessGroup>();

export class Pty implements ControllingTerminal, TerminalEvents {
  readonly index: number;
  readonly device: number;
  readonly termios = new Termios();
  readonly windowSize: WindowSize = { rows: 0, columns: 0, xPixels: 0, yPixels: 0 };
  readonly output: OutputProcessor;
  readonly discipline: LineDiscipline;
  readonly masterWaiters = new WaitQueue();
  readonly slaveWaiters = new WaitQueue();
  /** TIOCSPTLCK: the slave can't be opened. */
  isLocked = true;
  /** TIOCEXCL. */
  isExclusive = false;
  session: Session | null = null;
  /** Changes with every hang-up. */
  generation = 0;
  /** Open slave files, hung up ones included. */
  slaveCount = 0;
  isMasterOpen = true;
  /** The last slave file has been closed, and none opened since. */
  isSlaveGone = false;
  isStoppedByProgram = false;
  isPacketMode = false;
  /** TIOCPKT_* that the master hasn't been told. */
  packetStatus = 0;
  readonly #onReleased: (pty: Pty) => void;
  readonly #typed = new ByteRing();
  #foreground: ProcessGroup | null = null;
  /** The number of the foreground group, which may be gone already; 0 if there never was one. */
  #foregroundId = 0;

  /** `onReleased`: both sides are closed, and the number is free. */
  constructor(index: number, onReleased: (pty: Pty) => void) {
    this.index = index;
    this.device = makeDevice(SLAVE_MAJOR + Math.floor(index / MINORS_PER_MAJOR), index % MINORS_PER_MAJOR);
    this.#onReleased = onReleased;
    this.output = new OutputProcessor(this.termios);
    this.discipline = new LineDiscipline(this.termios, this.output, this);
  }

  // --- the master's side ---

  /** Types bytes. Returns how many were taken; 0: wait. */
  type(memory: Uint8Array, start: number, length: number): number {
    const before = this.output.ring.length;
    let done = 0;
    if (this.#typed.length === 0) done = this.discipline.receive(memory, start, length);
    const rest = Math.min(length - done, TYPED_BYTES - this.#typed.length);
    if (rest > 0) {
      this.#typed.append(memory, start + done, rest);
      done += rest;
    }
    this.#afterTyping(before);
    return done;
  }

  #afterTyping(outputBefore: number): void {
    this.output.flushEchoes();
    if (this.discipline.isReadable(false)) this.slaveWaiters.notify(READABLE);
    if (this.output.ring.length !== outputBefore) this.masterWaiters.notify(READABLE);
  }

  /** A reader has made room: what waits goes on to the line discipline. */
  #feedTyped(): void {
    if (this.#typed.length === 0 || !this.discipline.hasRoom) return;
    const before = this.output.ring.length;
    while (this.#typed.length > 0) {
      const count = Math.min(this.#typed.length, FEED_BYTES);
      this.#typed.copyOut(feed, 0, count, 0);
      const taken = this.discipline.receive(feed, 0, count);
      this.#typed.consume(taken);
      if (taken < count) break;
    }
    this.#afterTyping(before);
    this.masterWaiters.notify(WRITABLE);
  }

  /** Takes what is for the screen. */
  takeOutput(memory: Uint8Array, start: number, length: number): number {
    const { ring } = this.output;
    const count = Math.min(length, ring.length);
    if (count === 0) return 0;
    ring.copyOut(memory, start, count, 0);
    ring.consume(count);
    this.#afterOutputTaken();
    return count;
  }

  #afterOutputTaken(): void {
    const more = this.output.flushEchoes();
    if (this.output.room > 0) this.slaveWaiters.notify(WRITABLE);
    if (more) this.masterWaiters.notify(READABLE);
  }

  masterReadiness(): number {
    let events = 0;
    if (this.output.ring.length > 0) events |= READABLE;
    if (this.isPacketMode && this.packetStatus !== 0) events |= READABLE | POLLPRI;
    if (this.isSlaveGone) events |= POLLHUP;
    if (this.#typed.length < TYPED_BYTES) events |= WRITABLE;
    return events;
  }

  setPacketMode(on: boolean): void {
    if (on && !this.isPacketMode) this.packetStatus = 0;
    this.isPacketMode = on;
  }

  #tellPacket(set: number, clear = 0): void {
    if (!this.isPacketMode) return;
    this.packetStatus = (this.packetStatus & ~clear) | set;
    this.masterWaiters.notify(READABLE | POLLPRI);
  }

  /** The last master file is closed: the terminal is gone for everybody. */
  closeMaster(): void {
    this.isMasterOpen = false;
    this.isPacketMode = false;
    this.hangUp();
    this.#releaseIfClosed();
  }

  // --- the slave's side ---

  /** A program writes. Returns how many bytes were taken; 0: wait. */
  print(memory: Uint8Array, start: number, length: number): number {
    const done = this.output.write(memory, start, length);
    if (done > 0) this.masterWaiters.notify(READABLE);
    return done;
  }

  /** After bytes were taken from the line discipline. */
  onInputTaken(): void {
    this.#feedTyped();
  }

  slaveReadiness(): number {
    let events = 0;
    if (this.discipline.isReadable(true)) events |= READABLE;
    if (this.output.room > 0) events |= WRITABLE;
    return events;
  }

  /** What poll(2) says of a slave that was hung up. */
  static readonly hungUpReadiness: number = EVERYTHING;

  openSlave(): void {
    this.slaveCount++;
    this.isSlaveGone = false;
  }

  closeSlave(): void {
    if (--this.slaveCount > 0) return;
    this.isSlaveGone = true;
    this.masterWaiters.notify(READABLE | POLLHUP);
    this.#releaseIfClosed();
  }

  #releaseIfClosed(): void {
    if (!this.isMasterOpen && this.slaveCount === 0) this.#onReleased(this);
  }

  // --- settings ---

  /** tcsetattr(3). */
  setTermios(settings: Termios): void {
    const { termios } = this;
    const oldLocal = termios.lflag;
    const oldInput = termios.iflag;
    const hadFlowControl = termios.hasStandardFlowControl;
    termios.copyFrom(settings);
    termios.setPtyBits();
    const isExternal = ((oldLocal | termios.lflag) & EXTPROC) !== 0;
    const hasFlowControl = termios.hasStandardFlowControl;
    if (hadFlowControl !== hasFlowControl) {
      this.#tellPacket(hasFlowControl ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP, TIOCPKT_DOSTOP | TIOCPKT_NOSTOP);
    }
    if (isExternal) this.#tellPacket(TIOCPKT_IOCTL);
    this.discipline.onSettingsChanged(oldLocal);
    // Nobody could start again by ^Q what ^S has stopped.
    if ((oldInput & IXON) !== 0 && (termios.iflag & IXON) === 0 && !this.isStoppedByProgram) this.startOutput();
    this.slaveWaiters.notify(READABLE | WRITABLE);
  }

  resize(size: WindowSize): void {
    const old = this.windowSize;
    const isSame =
      old.rows === size.rows &&
      old.columns === size.columns &&
      old.xPixels === size.xPixels &&
      old.yPixels === size.yPixels;
    if (isSame) return;
    Object.assign(old, size);
    this.sendSignal(SIGWINCH);
  }

  // --- what the line discipline and the programs ask for ---

  sendSignal(signal: number): void {
    if (this.#foreground !== null) sendToProcessGroup(this.#foreground, SignalInfo.kernel(signal));
  }

  stopOutput(): void {
    if (this.output.isStopped) return;
    this.output.isStopped = true;
    this.#tellPacket(TIOCPKT_STOP, TIOCPKT_START);
  }

  startOutput(): void {
    if (!this.output.isStopped || this.isStoppedByProgram) return;
    this.output.isStopped = false;
    this.#tellPacket(TIOCPKT_START, TIOCPKT_STOP);
    if (this.output.flushEchoes()) this.masterWaiters.notify(READABLE);
    if (this.output.room > 0) this.slaveWaiters.notify(WRITABLE);
  }

  /** tcflow(3) TCOOFF and TCOON. */
  suspendOutput(): void {
    if (this.isStoppedByProgram) return;
    this.isStoppedByProgram = true;
    this.stopOutput();
  }

  resumeOutput(): void {
    if (!this.isStoppedByProgram) return;
    this.isStoppedByProgram = false;
    this.startOutput();
  }

  flushOutput(): void {
    this.output.flush();
    this.#tellPacket(TIOCPKT_FLUSHWRITE);
    if (this.output.room > 0) this.slaveWaiters.notify(WRITABLE);
  }

  onInputFlushed(): void {
    this.#tellPacket(TIOCPKT_FLUSHREAD);
  }

  /** tcflush(3) TCIFLUSH. */
  flushInput(): void {
    this.dropTyped();
    this.discipline.flushInput();
  }

  /** The master drops all that it hasn't read. */
  dropOutput(): void {
    this.output.ring.clear();
    this.#afterOutputTaken();
  }

  /** tcflow(3) TCIOFF and TCION: to the other side, though output may be stopped. */
  sendFlowCharacter(byte: number): void {
    if (byte === DISABLED || this.output.ring.length >= OUTPUT_BYTES) return;
    this.output.ring.append(Uint8Array.of(byte), 0, 1);
    this.masterWaiters.notify(READABLE);
  }

  /** Drops what hasn't reached the line discipline. */
  dropTyped(): void {
    if (this.#typed.length === 0) return;
    this.#typed.clear();
    this.masterWaiters.notify(WRITABLE);
  }

  // --- job control ---

  get foreground(): ProcessGroup | null {
    return this.#foreground;
  }

  /** Null when the group has lost its last member: the number stays until there is another foreground group, as on Linux. */
  set foreground(group: ProcessGroup | null) {
    this.#foreground = group;
    if (group !== null) this.#foregroundId = group.id;
  }

  get foregroundId(): number {
    return this.#foregroundId;
  }

  /** Becomes the controlling terminal of `session`, with `group` in the foreground. */
  attach(session: Session, group: ProcessGroup): void {
    this.detach();
    this.session = session;
    session.terminal = this;
    formerForeground.delete(session);
    this.foreground = group;
  }

  /** Is nobody's controlling terminal any more. */
  detach(): void {
    if (this.session !== null) this.session.terminal = null;
    this.session = null;
    this.#foreground = null;
    this.#foregroundId = 0;
  }

  /** exit(2) of the session leader: the foreground group is told. */
  onSessionLeaderExit(): void {
    const group = this.#foreground;
    this.detach();
    if (group !== null) sendToProcessGroup(group, SignalInfo.kernel(SIGHUP));
    if (this.isSlaveGone) this.masterWaiters.notify(POLLHUP);
  }

  /** TIOCNOTTY of the session leader. */
  giveUp(): void {
    const group = this.#foreground;
    if (group !== null) {
      sendToProcessGroup(group, SignalInfo.kernel(SIGHUP));
      sendToProcessGroup(group, SignalInfo.kernel(SIGCONT));
    }
    this.detach();
  }

  /** vhangup(2), or the master is closed: every open slave file is dead, and the session leader is told. */
  hangUp(): void {
    this.generation++;
    const { session } = this;
    const group = this.#foreground;
    this.detach();
    if (session !== null) {
      if (group !== null) formerForeground.set(session, group);
      if (session.leader !== null) {
        sendToGroup(session.leader, SignalInfo.kernel(SIGHUP));
        sendToGroup(session.leader, SignalInfo.kernel(SIGCONT));
      }
    }
    this.packetStatus = 0;
    this.termios.reset();
    this.discipline.reset();
    this.#typed.clear();
    this.isStoppedByProgram = false;
    this.output.isStopped = false;
    this.slaveWaiters.notify(EVERYTHING);
  }
}

/** The leader of `session` exits without a terminal: whoever was in the foreground when it was hung up is told. */
export function notifyFormerForeground(session: Session): void {
  const group = formerForeground.get(session);
  if (group === undefined) return;
  formerForeground.delete(session);
  sendToProcessGroup(group, SignalInfo.kernel(SIGHUP));
  sendToProcessGroup(group, SignalInfo.kernel(SIGCONT));
}
