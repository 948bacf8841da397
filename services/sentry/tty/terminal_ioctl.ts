/** ioctl(2) of terminals: ioctl_tty(2). Most of the master's act on its slave, as drivers/tty/tty_io.c and tty_ioctl.c have it. */
import { CAP_SYS_ADMIN } from "../../../shared/abi/capability.ts";
import { EFAULT, EINVAL, EIO, ENOTTY, EPERM, type Errno } from "../../../shared/abi/errno.ts";
import { O_ACCMODE, O_CLOEXEC, O_NONBLOCK, O_WRONLY } from "../../../shared/abi/fcntl.ts";
import * as i from "../../../shared/abi/ioctl.ts";
import { SIGINT, SIGQUIT, SIGTSTP, SIGTTOU } from "../../../shared/abi/signal.ts";
import {
  N_TTY,
  TCIFLUSH,
  TCIOFF,
  TCIOFLUSH,
  TCION,
  TCOFLUSH,
  TCOOFF,
  TCOON,
  VSTART,
  VSTOP,
  WinsizeLayout,
} from "../../../shared/abi/termios.ts";
import type { Task } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import type { VfsContext } from "../vfs/types.ts";
import { checkForeground, controllingTerminalOf, leaveTerminal, setForeground, takeTerminal } from "./job_control.ts";
import type { Pty } from "./pty.ts";
import { TERMIOS_BYTES, Termios, type TermiosForm } from "./termios.ts";

interface OpenTerminal {
  readonly pty: Pty;
  readonly flags: number;
}

interface OpenMaster extends OpenTerminal {
  openPeer(context: VfsContext, flags: number): FileDescription | Errno;
}

const view = TaskMemory.scratchView;
const settings = new Termios();

export function slaveIoctl(task: Task, file: OpenTerminal, command: number, argument: number): number {
  const { pty } = file;
  switch (command) {
    case i.TIOCSCTTY:
      return takeTerminal(task, pty, (file.flags & O_ACCMODE) !== O_WRONLY, argument === 1);
    case i.TIOCNOTTY:
      return leaveTerminal(task, pty);
    case i.TIOCGPGRP:
      if (controllingTerminalOf(task) !== pty) return -ENOTTY;
      return task.memory.copyOutU32(argument, pty.foregroundId);
    case i.TIOCGSID:
      if (controllingTerminalOf(task) !== pty) return -ENOTTY;
      return sessionOf(task, pty, argument);
    case i.FIONREAD:
      return task.memory.copyOutU32(argument, pty.discipline.readableBytes);
    case i.TCFLSH:
      return changing(task, pty) ?? flushSlave(pty, argument);
    case i.TCXONC:
      return changing(task, pty) ?? flowSlave(pty, argument);
    case i.TCSBRK:
    case i.TCSBRKP:
    case i.TIOCSBRK:
    case i.TIOCCBRK:
      return changing(task, pty) ?? 0;
    case i.TIOCSETD:
      return changing(task, pty) ?? setDiscipline(task, argument);
    case i.TIOCSTI:
      return typeByte(task, pty, argument);
    case i.TIOCGPTPEER:
      return -EIO;
    case i.TIOCVHANGUP:
      if (!task.credentials.has(CAP_SYS_ADMIN)) return -EPERM;
      pty.hangUp();
      return 0;
    default:
      return commonIoctl(task, pty, command, argument);
  }
}

export function masterIoctl(task: Task, file: OpenMaster, command: number, argument: number): number {
  const { pty } = file;
  switch (command) {
    case i.TIOCGPTN:
      return task.memory.copyOutU32(argument, pty.index);
    case i.TIOCSPTLCK: {
      const value = copyInI32(task, argument);
      if (value === null) return -EFAULT;
      pty.isLocked = value !== 0;
      return 0;
    }
    case i.TIOCGPTLCK:
      return task.memory.copyOutU32(argument, pty.isLocked ? 1 : 0);
    case i.TIOCPKT: {
      const value = copyInI32(task, argument);
      if (value === null) return -EFAULT;
      pty.setPacketMode(value !== 0);
      return 0;
    }
    case i.TIOCGPKT:
      return task.memory.copyOutU32(argument, pty.isPacketMode ? 1 : 0);
    case i.TIOCSIG:
      if (argument !== SIGINT && argument !== SIGQUIT && argument !== SIGTSTP) return -EINVAL;
      pty.sendSignal(argument);
      return 0;
    case i.TIOCGPTPEER:
      return installPeer(task, file, argument);
    case i.TIOCSCTTY:
      return takeTerminal(task, pty, (file.flags & O_ACCMODE) !== O_WRONLY, argument === 1);
    case i.TIOCNOTTY:
      return -ENOTTY;
    case i.TIOCGPGRP:
      return task.memory.copyOutU32(argument, pty.foregroundId);
    case i.TIOCGSID:
      return sessionOf(task, pty, argument);
    case i.FIONREAD:
      return task.memory.copyOutU32(argument, pty.output.ring.length);
    case i.TCFLSH:
      return flushMaster(pty, argument);
    case i.TCXONC:
      return argument >= TCOOFF && argument <= TCION ? 0 : -EINVAL;
    case i.TCSBRK:
    case i.TCSBRKP:
    case i.TIOCSBRK:
    case i.TIOCCBRK:
      return 0;
    case i.TIOCSETD:
      return setDiscipline(task, argument);
    default:
      return commonIoctl(task, pty, command, argument);
  }
}

/** What acts on the slave, whichever side it is asked of. */
function commonIoctl(task: Task, pty: Pty, command: number, argument: number): number {
  switch (command) {
    case i.TCGETS:
      return getSettings(task, pty, argument, "termios");
    case i.TCGETS2:
      return getSettings(task, pty, argument, "termios2");
    case i.TCGETA:
      return getSettings(task, pty, argument, "termio");
    case i.TCSETS:
    case i.TCSETSW:
      return changing(task, pty) ?? setSettings(task, pty, argument, "termios", false);
    case i.TCSETSF:
      return changing(task, pty) ?? setSettings(task, pty, argument, "termios", true);
    case i.TCSETS2:
    case i.TCSETSW2:
      return changing(task, pty) ?? setSettings(task, pty, argument, "termios2", false);
    case i.TCSETSF2:
      return changing(task, pty) ?? setSettings(task, pty, argument, "termios2", true);
    case i.TCSETA:
    case i.TCSETAW:
      return changing(task, pty) ?? setSettings(task, pty, argument, "termio", false);
    case i.TCSETAF:
      return changing(task, pty) ?? setSettings(task, pty, argument, "termio", true);
    case i.TIOCGWINSZ:
      return getWindowSize(task, pty, argument);
    case i.TIOCSWINSZ:
      return setWindowSize(task, pty, argument);
    case i.TIOCSPGRP: {
      const allowed = checkForeground(task, pty, SIGTTOU);
      if (allowed < 0) return allowed === -EIO ? -ENOTTY : allowed;
      const id = copyInI32(task, argument);
      return id === null ? -EFAULT : setForeground(task, pty, id);
    }
    case i.TIOCOUTQ:
      // As on Linux: what is written has left the terminal at once.
      return task.memory.copyOutU32(argument, 0);
    case i.TIOCEXCL:
      pty.isExclusive = true;
      return 0;
    case i.TIOCNXCL:
      pty.isExclusive = false;
      return 0;
    case i.TIOCGEXCL:
      return task.memory.copyOutU32(argument, pty.isExclusive ? 1 : 0);
    case i.TIOCGETD:
      return task.memory.copyOutU32(argument, pty.termios.line);
    case i.TIOCGDEV:
      return task.memory.copyOutU32(argument, pty.device);
    case i.TIOCGSOFTCAR:
      return task.memory.copyOutU32(argument, 0);
    default:
      return -ENOTTY;
  }
}

/** Null if `task` may change the terminal now; otherwise the call's result. */
function changing(task: Task, pty: Pty): number | null {
  const allowed = checkForeground(task, pty, SIGTTOU);
  return allowed < 0 ? allowed : null;
}

function copyInI32(task: Task, address: number): number | null {
  const value = task.memory.copyInU32(address);
  return value < 0 ? null : value | 0;
}

function sessionOf(task: Task, pty: Pty, argument: number): number {
  return pty.session === null ? -ENOTTY : task.memory.copyOutU32(argument, pty.session.id);
}

function getSettings(task: Task, pty: Pty, argument: number, form: TermiosForm): number {
  pty.termios.write(view, 0, form);
  return task.memory.copyOutScratch(argument, 0, TERMIOS_BYTES[form]);
}

/** Output never waits in a pseudo terminal, so that TCSADRAIN is TCSANOW. */
function setSettings(task: Task, pty: Pty, argument: number, form: TermiosForm, flushes: boolean): number {
  const failed = task.memory.copyInScratch(argument, 0, TERMIOS_BYTES[form]);
  if (failed < 0) return failed;
  settings.copyFrom(pty.termios);
  settings.read(view, 0, form);
  settings.line = pty.termios.line;
  if (flushes) pty.discipline.flushInput();
  pty.setTermios(settings);
  return 0;
}

function getWindowSize(task: Task, pty: Pty, argument: number): number {
  const { rows, columns, xPixels, yPixels } = pty.windowSize;
  WinsizeLayout.row.write(view, 0, rows);
  WinsizeLayout.col.write(view, 0, columns);
  WinsizeLayout.xpixel.write(view, 0, xPixels);
  WinsizeLayout.ypixel.write(view, 0, yPixels);
  return task.memory.copyOutScratch(argument, 0, WinsizeLayout.byteLength);
}

function setWindowSize(task: Task, pty: Pty, argument: number): number {
  const failed = task.memory.copyInScratch(argument, 0, WinsizeLayout.byteLength);
  if (failed < 0) return failed;
  pty.resize({
    rows: WinsizeLayout.row.read(view, 0),
    columns: WinsizeLayout.col.read(view, 0),
    xPixels: WinsizeLayout.xpixel.read(view, 0),
    yPixels: WinsizeLayout.ypixel.read(view, 0),
  });
  return 0;
}

/** There is no line discipline but N_TTY. */
function setDiscipline(task: Task, argument: number): number {
  const discipline = copyInI32(task, argument);
  if (discipline === null) return -EFAULT;
  return discipline === N_TTY ? 0 : -EINVAL;
}

function flushSlave(pty: Pty, queue: number): number {
  switch (queue) {
    case TCIFLUSH:
      pty.flushInput();
      return 0;
    case TCIOFLUSH:
      pty.flushInput();
      pty.flushOutput();
      return 0;
    case TCOFLUSH:
      pty.flushOutput();
      return 0;
    default:
      return -EINVAL;
  }
}

/** The master's input is the slave's output, and the other way round. */
function flushMaster(pty: Pty, queue: number): number {
  if (queue !== TCIFLUSH && queue !== TCOFLUSH && queue !== TCIOFLUSH) return -EINVAL;
  if (queue !== TCOFLUSH) pty.dropOutput();
  if (queue !== TCIFLUSH) pty.dropTyped();
  return 0;
}

function flowSlave(pty: Pty, action: number): number {
  switch (action) {
    case TCOOFF:
      pty.suspendOutput();
      return 0;
    case TCOON:
      pty.resumeOutput();
      return 0;
    case TCIOFF:
      pty.sendFlowCharacter(pty.termios.cc[VSTOP]);
      return 0;
    case TCION:
      pty.sendFlowCharacter(pty.termios.cc[VSTART]);
      return 0;
    default:
      return -EINVAL;
  }
}

/** TIOCSTI: types a byte for somebody else, which only an administrator may (dev.tty.legacy_tiocsti is 0). */
function typeByte(task: Task, pty: Pty, argument: number): number {
  if (!task.credentials.has(CAP_SYS_ADMIN)) return -EIO;
  const failed = task.memory.copyInScratch(argument, 0, 1);
  if (failed < 0) return failed;
  const byte = TaskMemory.scratch.slice(0, 1);
  pty.type(byte, 0, 1);
  return 0;
}

function installPeer(task: Task, file: OpenMaster, flags: number): number {
  const peer = file.openPeer(task.vfsContext, flags & (O_ACCMODE | O_NONBLOCK));
  if (typeof peer === "number") return peer;
  const descriptor = task.fdTable.install(peer, (flags & O_CLOEXEC) !== 0);
  if (descriptor < 0) peer.dropReference();
  return descriptor;
}
