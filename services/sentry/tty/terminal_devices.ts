/** The devices of terminals: ptmx (5:2), the caller's own terminal (5:0), the console (5:1), and slaves (136 and up). */
import { EIO, ENODEV, ENXIO, type Errno, isErrno } from "../../../shared/abi/errno.ts";
import { DevptsFilesystem } from "../fsimpl/devpts/devpts_filesystem.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { TaskVfsContext } from "../kernel/task_vfs_context.ts";
import type { DeviceRegistry } from "../vfs/device_registry.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import { resolve } from "../vfs/resolution.ts";
import { lookupChild } from "../vfs/resolving_path.ts";
import type { Inode, VfsContext, VfsPath } from "../vfs/types.ts";
import { controllingTerminalOf, installExitHook } from "./job_control.ts";
import { type Pty, SLAVE_MAJOR } from "./pty.ts";
import { MasterFile, SlaveFile } from "./terminal_file.ts";

const AUXILIARY_MAJOR = 5;
const TTY_MINOR = 0;
const CONSOLE_MINOR = 1;
const PTMX_MINOR = 2;
const SLAVE_MAJORS = 8;

const consoles = new WeakMap<Kernel, Pty>();

/** The sandbox's first terminal is its console. */
export function offerConsole(kernel: Kernel, pty: Pty): void {
  if (consoles.get(kernel)?.isMasterOpen !== true) consoles.set(kernel, pty);
}

/** Registers the openers of all terminal devices. */
export function registerTerminalDevices(devices: DeviceRegistry, kernel: Kernel): void {
  installExitHook(kernel);
  devices.addCharacter(AUXILIARY_MAJOR, TTY_MINOR, (context, path, flags) => {
    const pty = context instanceof TaskVfsContext ? controllingTerminalOf(context.task) : null;
    return pty === null ? -ENXIO : new SlaveFile(pty, path, flags);
  });
  devices.addCharacter(AUXILIARY_MAJOR, CONSOLE_MINOR, (_context, path, flags) => {
    const pty = consoles.get(kernel);
    if (pty === undefined) return -ENODEV;
    return pty.isMasterOpen ? new SlaveFile(pty, path, flags) : -EIO;
  });
  devices.addCharacter(AUXILIARY_MAJOR, PTMX_MINOR, openMaster);
  // The numbers alone don't say of which instance: slaves are opened by their names in devpts only.
  for (let i = 0; i < SLAVE_MAJORS; i++) devices.addCharacterMajor(SLAVE_MAJOR + i, () => -EIO);
}

function openMaster(context: VfsContext, path: VfsPath, flags: number): FileDescription | Errno {
  const place = findDevpts(context, path);
  if (isErrno(place)) return place;
  const { fsuid, fsgid } = context.credentials;
  const pty = (place.mount.filesystem as DevptsFilesystem).newTerminal(fsuid, fsgid);
  return isErrno(pty) ? pty : new MasterFile(pty, path, flags, openPeer);
}

/** The devpts of a ptmx: the one it lies in, or the one mounted on "pts" beside it (devpts_mntget of Linux). */
function findDevpts(context: VfsContext, ptmx: VfsPath): VfsPath | Errno {
  const { mount, dentry } = ptmx;
  if (mount.filesystem instanceof DevptsFilesystem) return { mount, dentry: mount.filesystem.root };
  if (dentry.parent === null) return -ENODEV;
  const pts = resolve(context, { mount, dentry: dentry.parent }, "pts", 0, 0);
  if (isErrno(pts)) return -ENODEV;
  const { filesystem } = pts.mount;
  return filesystem instanceof DevptsFilesystem && pts.dentry === filesystem.root ? pts : -ENODEV;
}

function openPeer(context: VfsContext, path: VfsPath, pty: Pty, flags: number): FileDescription | Errno {
  const place = findDevpts(context, path);
  if (isErrno(place)) return place;
  const slave = slavePath(place, pty);
  return isErrno(slave) ? slave : (slave.dentry.inode as Inode).open(context, slave, flags);
}

/** The name of `pty` in the devpts at `place`. */
export function slavePath(place: VfsPath, pty: Pty): VfsPath | Errno {
  const dentry = lookupChild(place.dentry, String(pty.index));
  if (isErrno(dentry)) return dentry;
  return dentry.inode === null ? -EIO : { mount: place.mount, dentry };
}
