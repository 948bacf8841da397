import { describe, expect, test } from "vitest";
import { EBUSY, EINVAL, EIO, ENOENT, ENOSPC, ENXIO, EPERM, isErrno } from "../../../../shared/abi/errno.ts";
import { O_NOCTTY, O_NONBLOCK, O_RDWR } from "../../../../shared/abi/fcntl.ts";
import {
  TIOCPKT_DATA,
  TIOCPKT_FLUSHREAD,
  TIOCPKT_FLUSHWRITE,
  TIOCPKT_NOSTOP,
  TIOCPKT_START,
  TIOCPKT_STOP,
} from "../../../../shared/abi/ioctl.ts";
import { POLLHUP, POLLIN, POLLOUT, POLLPRI } from "../../../../shared/abi/poll.ts";
import { ECHO, ICANON, IXON, OPOST, VMIN } from "../../../../shared/abi/termios.ts";
import { Waiter } from "../../../../shared/waiter/wait_queue.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { registerTerminalDevices } from "../../tty/terminal_devices.ts";
import { MasterFile, SlaveFile } from "../../tty/terminal_file.ts";
import { Termios } from "../../tty/termios.ts";
import { VfsHarness } from "../../vfs/testing/vfs_harness.ts";
import { DevptsFilesystem } from "./devpts_filesystem.ts";

class Counter extends Waiter {
  count = 0;
  override onReady(): boolean {
    this.count++;
    return true;
  }
}

/** A namespace whose root is a devpts. */
class Terminals extends VfsHarness {
  constructor(options = "ptmxmode=666") {
    const kernel = { vfs: { clock: { seconds: 1_700_000_000, nanoseconds: 0, refresh() {} } }, addExitHook() {} };
    const filesystem = DevptsFilesystem.create(kernel as unknown as Kernel, options);
    if (isErrno(filesystem)) throw new Error(`errno ${filesystem}`);
    super(filesystem);
    registerTerminalDevices(this.vfs.devices, kernel as unknown as Kernel);
  }

  newMaster(): MasterFile {
    const master = this.open("/ptmx", O_RDWR | O_NOCTTY);
    if (!(master instanceof MasterFile)) throw new Error("not a master");
    master.pty.isLocked = false;
    return master;
  }

  slaveOf(master: MasterFile): SlaveFile {
    const slave = this.open(`/${master.pty.index}`, O_RDWR | O_NOCTTY);
    if (!(slave instanceof SlaveFile)) throw new Error("not a slave");
    return slave;
  }

  put(file: MasterFile | SlaveFile, text: string): number {
    const bytes = Buffer.from(text, "latin1");
    return file.write(this.context, bytes, 0, bytes.length);
  }

  /** What a read gives, or its errno. */
  take(file: MasterFile | SlaveFile, length = 4096): string | number {
    const bytes = Buffer.alloc(length);
    const count = file.read(this.context, bytes, 0, length);
    return count < 0 ? count : bytes.toString("latin1", 0, count);
  }
}

function raw(master: MasterFile): void {
  const settings = new Termios();
  settings.copyFrom(master.pty.termios);
  settings.lflag = 0;
  settings.iflag = 0;
  settings.oflag &= ~OPOST;
  master.pty.setTermios(settings);
}

describe("devpts", () => {
  test("names terminals by the lowest free number, which is free when both sides are closed", () => {
    const all = new Terminals();
    const [a, b, c] = [all.newMaster(), all.newMaster(), all.newMaster()];
    expect([a, b, c].map(({ pty }) => pty.index)).toEqual([0, 1, 2]);
    expect(all.list("/")).toEqual(["0", "1", "2", "ptmx"]);
    const slave = all.slaveOf(b);
    b.dropReference();
    expect(all.list("/")).toEqual(["0", "2", "ptmx"]);
    expect(all.tryOpen("/1", O_RDWR)).toBe(-ENOENT);
    const d = all.newMaster();
    expect(d.pty.index).toBe(3);
    slave.dropReference();
    expect(all.newMaster().pty.index).toBe(1);
  });

  test("makes nodes after its options", () => {
    const all = new Terminals("gid=5,mode=620,ptmxmode=666,newinstance");
    all.as(1000, () => all.newMaster());
    const node = all.stat("/0");
    expect([node.mode, node.uid, node.gid, node.rdev]).toEqual([0o20620, 1000, 5, 0x8800]);
    expect(all.stat("/ptmx").mode).toBe(0o20666);
    expect(all.place("/").mount.filesystem.mountOptions()).toBe("gid=5,mode=620,ptmxmode=666");
  });

  test.each(["mode=9", "gid=", "bogus", "max=99999999", "uid=-1"])("refuses the option %s", (options) => {
    const kernel = { vfs: { clock: {} } } as unknown as Kernel;
    expect(DevptsFilesystem.create(kernel, options)).toBe(-EINVAL);
  });

  test("has as many terminals as max says", () => {
    const all = new Terminals("max=2,ptmxmode=666");
    all.newMaster();
    all.newMaster();
    expect(all.tryOpen("/ptmx", O_RDWR)).toBe(-ENOSPC);
  });

  test("doesn't let anybody make, remove or open what isn't a terminal", () => {
    const all = new Terminals();
    all.newMaster();
    expect(all.unlink("/0")).toBe(-EPERM);
    expect(all.mkdir("/x")).toBe(-EPERM);
    expect(all.vfs.devices.open(all.context, all.at, 0, false, 0x8800)).toBe(-EIO);
    expect(all.vfs.devices.open(all.context, all.at, 0, false, 0x500)).toBe(-ENXIO);
  });

  test("keeps a locked slave closed, and an exclusive one to administrators", () => {
    const all = new Terminals("mode=666,ptmxmode=666");
    const { pty } = all.newMaster();
    pty.isLocked = true;
    expect(all.tryOpen("/0", O_RDWR)).toBe(-EIO);
    pty.isLocked = false;
    pty.isExclusive = true;
    expect(all.tryOpen("/0", O_RDWR)).toBe(0);
    expect(all.as(1000, () => all.tryOpen("/0", O_RDWR))).toBe(-EBUSY);
  });
});

describe("a pseudo terminal", () => {
  test("carries bytes both ways, cooked", () => {
    const all = new Terminals();
    const master = all.newMaster();
    const slave = all.slaveOf(master);
    expect(all.put(master, "ls\r")).toBe(3);
    expect(all.take(slave)).toBe("ls\n");
    expect(all.take(slave)).toBe(-11);
    expect(all.put(slave, "file\n")).toBe(5);
    expect(all.take(master)).toBe("ls\r\nfile\r\n");
  });

  test("makes writers wait on either side, and wakes them", () => {
    const all = new Terminals();
    const master = all.newMaster();
    const slave = all.slaveOf(master);
    raw(master);
    const block = "x".repeat(50_000);
    const printed = all.put(slave, block);
    expect(printed).toBeGreaterThan(4096);
    expect(all.put(slave, "y")).toBe(-11);
    expect(slave.readiness() & POLLOUT).toBe(0);
    const waiter = new Counter();
    slave.waiters.add(waiter, POLLOUT);
    expect(all.take(master, 100)).toBe("x".repeat(100));
    expect(waiter.count).toBeGreaterThan(0);
    expect(slave.readiness() & POLLOUT).toBe(POLLOUT);

    const typed = all.put(master, block);
    expect(typed).toBeGreaterThan(4096);
    expect(all.put(master, "y")).toBe(-11);
    expect(master.readiness() & POLLOUT).toBe(0);
    let got = "";
    while (got.length < typed) got += all.take(slave, 1000);
    expect(got).toBe(block.slice(0, typed));
    expect(master.readiness() & POLLOUT).toBe(POLLOUT);
  });

  test("hangs up when the master is closed", () => {
    const all = new Terminals();
    const master = all.newMaster();
    const slave = all.slaveOf(master);
    all.put(master, "lost\n");
    master.dropReference();
    expect(all.take(slave)).toBe("");
    expect(all.put(slave, "x")).toBe(-EIO);
    expect(slave.readiness() & (POLLHUP | POLLIN)).toBe(POLLHUP | POLLIN);
    slave.dropReference();
  });

  test("tells the master when the last slave is closed, until one is opened again", () => {
    const all = new Terminals();
    const master = all.newMaster();
    expect(all.take(master)).toBe(-11);
    const slave = all.slaveOf(master);
    all.put(slave, "bye");
    slave.dropReference();
    expect(master.readiness() & POLLHUP).toBe(POLLHUP);
    expect(all.take(master)).toBe("bye");
    expect(all.take(master)).toBe(-EIO);
    all.slaveOf(master);
    expect(all.take(master)).toBe(-11);
    expect(master.readiness() & POLLHUP).toBe(0);
  });

  test("has poll(2) wait for VMIN bytes", () => {
    const all = new Terminals();
    const master = all.newMaster();
    const slave = all.slaveOf(master);
    raw(master);
    master.pty.termios.cc[VMIN] = 3;
    all.put(master, "ab");
    expect(slave.readiness() & POLLIN).toBe(0);
    all.put(master, "c");
    expect(slave.readiness() & POLLIN).toBe(POLLIN);
  });

  test("without VMIN and VTIME reads nothing at once; with VMIN and O_NONBLOCK what there is", () => {
    const all = new Terminals();
    const master = all.newMaster();
    const slave = all.slaveOf(master);
    raw(master);
    master.pty.termios.cc[VMIN] = 0;
    expect(all.take(slave)).toBe("");
    master.pty.termios.cc[VMIN] = 9;
    slave.flags |= O_NONBLOCK;
    expect(all.take(slave)).toBe(-11);
    all.put(master, "ab");
    expect(all.take(slave)).toBe("ab");
  });

  test("tells its master of flow control and flushes in packet mode", () => {
    const all = new Terminals();
    const master = all.newMaster();
    const slave = all.slaveOf(master);
    const { pty } = master;
    pty.setPacketMode(true);
    const status = (): number => {
      expect(master.readiness() & POLLPRI).toBe(POLLPRI);
      return (all.take(master) as string).charCodeAt(0);
    };
    all.put(slave, "x");
    expect(all.take(master)).toBe(`${String.fromCharCode(TIOCPKT_DATA)}x`);
    all.put(master, "\x13");
    expect(status()).toBe(TIOCPKT_STOP);
    all.put(master, "\x11");
    expect(status()).toBe(TIOCPKT_START);
    pty.flushInput();
    pty.flushOutput();
    expect(status()).toBe(TIOCPKT_FLUSHREAD | TIOCPKT_FLUSHWRITE);
    const settings = new Termios();
    settings.iflag &= ~IXON;
    pty.setTermios(settings);
    expect(status()).toBe(TIOCPKT_NOSTOP);
    expect(master.readiness() & POLLPRI).toBe(0);
  });

  test("lets output go on when the keys that would are switched off", () => {
    const all = new Terminals();
    const master = all.newMaster();
    const slave = all.slaveOf(master);
    all.put(master, "\x13");
    expect(all.put(slave, "x")).toBe(-11);
    const settings = new Termios();
    settings.iflag &= ~IXON;
    settings.lflag &= ~(ECHO | ICANON);
    master.pty.setTermios(settings);
    expect(all.put(slave, "x")).toBe(1);
  });
});
