/**
 * Host calls on files, always on a descriptor, or on one checked name below one.
 *
 * Descriptors that stand for files are O_PATH: making them touches nothing and needs no permission on the file. What needs a
 * real one opens the O_PATH descriptor anew through the descriptor directory of this process (`/proc/self/fd`), of which a
 * descriptor was taken at start, so no path is resolved later.
 */

import { pread, pwrite, syscall } from "../../../native/host.ts";
import { ENAMETOOLONG, type Errno } from "../../../shared/abi/errno.ts";
import {
  AT_EMPTY_PATH,
  AT_SYMLINK_FOLLOW,
  AT_SYMLINK_NOFOLLOW,
  F_DUPFD_CLOEXEC,
  F_OFD_SETLK,
  FlockLayout,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOCTTY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_TMPFILE,
  OPEN_HOW_SIZE_VER0,
  OpenHowLayout,
  RESOLVE_BENEATH,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_SYMLINKS,
  RESOLVE_NO_XDEV,
  SEEK_SET,
} from "../../../shared/abi/fcntl.ts";
import { writeU53 } from "../../../shared/abi/layout.ts";
import { StatfsLayout } from "../../../shared/abi/mount.ts";
import { RLIMIT_NOFILE, RlimitLayout } from "../../../shared/abi/resource.ts";
import { AF_UNIX, SOCK_CLOEXEC, SOCK_NONBLOCK, SockaddrUnLayout, UNIX_PATH_MAX } from "../../../shared/abi/socket.ts";
import { STATX_BASIC_STATS, STATX_BTIME, StatxLayout, UTIME_NOW, UTIME_OMIT } from "../../../shared/abi/stat.ts";
import * as nr from "../../../shared/abi/syscall_numbers.ts";
import { ATTR_ALL, ATTR_BASIC, ATTR_BTIME, type Attr } from "../../../shared/p9/attr.ts";
import { MAX_PATH_BYTES } from "../../../shared/p9/limits.ts";
import type { Rstatfs } from "../../../shared/p9/messages_attr.ts";
import { foldInode, hostDevice, qidPath, qidType, qidVersion } from "./identity.ts";

const O_EMPTY = new Uint8Array(1);
const BENEATH = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
/** Pending connections of a socket that a sandbox listens on. */
const LISTEN_BACKLOG = 128;

/** A time for `setTimes`: seconds and nanoseconds, or UTIME_NOW or UTIME_OMIT as nanoseconds. */
export interface HostTime {
  sec: number;
  nsec: number;
}

export class Hostfs {
  /** A descriptor of this process's /proc/self/fd. */
  readonly #selfFds: number;
  readonly #how = new DataView(new ArrayBuffer(OpenHowLayout.byteLength));
  readonly #name = Buffer.alloc(MAX_PATH_BYTES + 1);
  readonly #otherName = Buffer.alloc(MAX_PATH_BYTES + 1);
  readonly #statx = new DataView(new ArrayBuffer(StatxLayout.byteLength));
  readonly #statfs = new DataView(new ArrayBuffer(StatfsLayout.byteLength));
  readonly #times = new DataView(new ArrayBuffer(32));
  readonly #flock = new DataView(new ArrayBuffer(FlockLayout.byteLength));
  readonly #address = new DataView(new ArrayBuffer(SockaddrUnLayout.byteLength));
  readonly #target = Buffer.alloc(MAX_PATH_BYTES);

  private constructor(selfFds: number) {
    this.#selfFds = selfFds;
  }

  /** Opens the descriptor directory; to be called while /proc is still there. */
  static open(): Hostfs | Errno {
    const path = Buffer.from("/proc/self/fd\0", "latin1");
    const fd = syscall(nr.SYS_openat, -1, path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    return fd < 0 ? fd : new Hostfs(fd);
  }

  /** An O_PATH descriptor of a served directory or file, by its path in this process's root. */
  openAttachPoint(path: string): number {
    return this.#openAt(-1, path, O_PATH | O_CLOEXEC, 0, 0);
  }

  /** RLIMIT_NOFILE: how many descriptors this process may have. */
  descriptorLimit(): number {
    const limit = new DataView(new ArrayBuffer(RlimitLayout.byteLength));
    const result = syscall(nr.SYS_prlimit64, 0, RLIMIT_NOFILE, 0, limit);
    return result < 0 ? result : RlimitLayout.cur.read(limit, 0);
  }

  /** Files are made with exactly the modes that clients ask for. */
  clearUmask(): void {
    syscall(nr.SYS_umask, 0);
  }

  close(fd: number): void {
    syscall(nr.SYS_close, fd);
  }

  duplicate(fd: number): number {
    return syscall(nr.SYS_fcntl, fd, F_DUPFD_CLOEXEC, 0);
  }

  /** An O_PATH descriptor of the entry `name` of a directory; a symbolic link is not followed. */
  openEntry(dirfd: number, name: string): number {
    return this.#openAt(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0, BENEATH);
  }

  /** A descriptor to read the directory `name` of a directory, on the same mount. */
  openDirectoryEntry(dirfd: number, name: string): number {
    const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    return this.#openAt(dirfd, name, flags, 0, BENEATH | RESOLVE_NO_XDEV);
  }

  /** Creates and opens a regular file; it must not exist. */
  createFile(dirfd: number, name: string, flags: number, mode: number): number {
    const how = flags | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    return this.#openAt(dirfd, name, how, mode, BENEATH);
  }

  /** Creates and opens a regular file without a name, O_TMPFILE; link() can give it one. */
  createUnnamed(dirfd: number, flags: number, mode: number): number {
    return this.#openAt(dirfd, ".", flags | O_TMPFILE | O_CLOEXEC, mode, BENEATH);
  }

  /** Opens the file behind a descriptor anew. */
  reopen(fd: number, flags: number): number {
    // O_PATH goes with few other flags, openat2(2).
    const how = flags & O_PATH ? O_PATH | O_CLOEXEC : flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    return this.#openAt(this.#selfFds, String(fd), how, 0, 0);
  }

  /** Attributes of the file behind a descriptor. */
  getAttr(fd: number, out: Attr): number {
    return this.#statxOf(fd, O_EMPTY, AT_EMPTY_PATH, out);
  }

  /** Attributes of the entry `name` of a directory; a symbolic link's own. */
  getEntryAttr(dirfd: number, name: string, out: Attr): number {
    return this.#statxOf(dirfd, this.#cString(this.#name, name), AT_SYMLINK_NOFOLLOW, out);
  }

  /** The target of the symbolic link behind an O_PATH descriptor. */
  readlink(fd: number): string | Errno {
    return this.#readlinkAt(fd, O_EMPTY);
  }

  /** The target of the symbolic link `name`. */
  readlinkEntry(dirfd: number, name: string): string | Errno {
    return this.#readlinkAt(dirfd, this.#cString(this.#name, name));
  }

  read(fd: number, memory: Uint8Array, start: number, length: number, offset: number): number {
    return pread(fd, memory, start, length, offset);
  }

  write(fd: number, memory: Uint8Array, start: number, length: number, offset: number): number {
    return pwrite(fd, memory, start, length, offset);
  }

  /** getdents64(2): bytes of linux_dirent64 records, 0 at the end. */
  readDirectory(fd: number, buffer: Uint8Array): number {
    return syscall(nr.SYS_getdents64, fd, buffer, buffer.byteLength);
  }

  rewindDirectory(fd: number): number {
    return syscall(nr.SYS_lseek, fd, 0, SEEK_SET);
  }

  fsync(fd: number): number {
    return syscall(nr.SYS_fsync, fd);
  }

  allocate(fd: number, mode: number, offset: number, length: number): number {
    return syscall(nr.SYS_fallocate, fd, mode, offset, length);
  }

  truncate(fd: number, size: number): number {
    return syscall(nr.SYS_ftruncate, fd, size);
  }

  /** fchmodat(2) through the descriptor directory: an O_PATH descriptor can't be fchmod()ed. */
  chmod(fd: number, mode: number): number {
    return syscall(nr.SYS_fchmodat, this.#selfFds, this.#cString(this.#name, String(fd)), mode);
  }

  /** Changes the owner; 0xffffffff (-1) leaves one as it is. */
  chown(fd: number, uid: number, gid: number): number {
    return syscall(nr.SYS_fchownat, fd, O_EMPTY, uid, gid, AT_EMPTY_PATH);
  }

  setTimes(fd: number, atime: HostTime, mtime: HostTime): number {
    writeU53(this.#times, 0, atime.sec);
    writeU53(this.#times, 8, atime.nsec);
    writeU53(this.#times, 16, mtime.sec);
    writeU53(this.#times, 24, mtime.nsec);
    return syscall(nr.SYS_utimensat, fd, O_EMPTY, this.#times, AT_EMPTY_PATH);
  }

  statfs(fd: number, out: Rstatfs): number {
    const view = this.#statfs;
    const result = syscall(nr.SYS_fstatfs, fd, view);
    if (result < 0) return result;
    out.type = StatfsLayout.type.read(view, 0);
    out.bsize = StatfsLayout.bsize.read(view, 0);
    out.blocks = StatfsLayout.blocks.read(view, 0);
    out.bfree = StatfsLayout.bfree.read(view, 0);
    out.bavail = StatfsLayout.bavail.read(view, 0);
    out.files = Math.min(StatfsLayout.files.read(view, 0), Number.MAX_SAFE_INTEGER);
    out.ffree = Math.min(StatfsLayout.ffree.read(view, 0), Number.MAX_SAFE_INTEGER);
    out.fsid0 = StatfsLayout.fsid0.read(view, 0);
    out.fsid1 = StatfsLayout.fsid1.read(view, 0);
    out.namelen = StatfsLayout.namelen.read(view, 0);
    out.frsize = StatfsLayout.frsize.read(view, 0);
    out.flags = StatfsLayout.flags.read(view, 0);
    return 0;
  }

  mkdir(dirfd: number, name: string, mode: number): number {
    return syscall(nr.SYS_mkdirat, dirfd, this.#cString(this.#name, name), mode);
  }

  symlink(dirfd: number, name: string, target: string): number {
    return syscall(nr.SYS_symlinkat, this.#cString(this.#otherName, target), dirfd, this.#cString(this.#name, name));
  }

  mknod(dirfd: number, name: string, mode: number, rdev: number): number {
    return syscall(nr.SYS_mknodat, dirfd, this.#cString(this.#name, name), mode, rdev);
  }

  /** Gives the file behind `fd` another name. */
  link(fd: number, dirfd: number, name: string): number {
    const from = this.#cString(this.#otherName, String(fd));
    return syscall(nr.SYS_linkat, this.#selfFds, from, dirfd, this.#cString(this.#name, name), AT_SYMLINK_FOLLOW);
  }

  rename(fromDirfd: number, from: string, toDirfd: number, to: string, flags: number): number {
    const fromName = this.#cString(this.#otherName, from);
    return syscall(nr.SYS_renameat2, fromDirfd, fromName, toDirfd, this.#cString(this.#name, to), flags);
  }

  unlink(dirfd: number, name: string, flags: number): number {
    return syscall(nr.SYS_unlinkat, dirfd, this.#cString(this.#name, name), flags);
  }

  /** Reads an attribute into memory; length 0 asks for its size. `fd` must be a real one. */
  getXattr(fd: number, name: string, memory: Uint8Array, start: number, length: number): number {
    const buffer = memory.subarray(start, start + length);
    return syscall(nr.SYS_fgetxattr, fd, this.#cString(this.#name, name), length === 0 ? 0 : buffer, length);
  }

  setXattr(fd: number, name: string, memory: Uint8Array, start: number, length: number, flags: number): number {
    const value = memory.subarray(start, start + length);
    return syscall(nr.SYS_fsetxattr, fd, this.#cString(this.#name, name), length === 0 ? 0 : value, length, flags);
  }

  listXattr(fd: number, memory: Uint8Array, start: number, length: number): number {
    return syscall(nr.SYS_flistxattr, fd, length === 0 ? 0 : memory.subarray(start, start + length), length);
  }

  removeXattr(fd: number, name: string): number {
    return syscall(nr.SYS_fremovexattr, fd, this.#cString(this.#name, name));
  }

  /** Takes or drops an open-file-description lock without waiting; `fd` must be a real one. */
  lock(fd: number, type: number, start: number, length: number): number {
    FlockLayout.zero(this.#flock, 0);
    FlockLayout.type.write(this.#flock, 0, type);
    FlockLayout.whence.write(this.#flock, 0, SEEK_SET);
    FlockLayout.start.write(this.#flock, 0, start);
    FlockLayout.len.write(this.#flock, 0, length);
    return syscall(nr.SYS_fcntl, fd, F_OFD_SETLK, this.#flock);
  }

  /** A listening unix socket whose name is an entry of a directory. */
  bindSocket(dirfd: number, name: string, type: number): number {
    if (name.length >= UNIX_PATH_MAX) return -ENAMETOOLONG;
    const socket = syscall(nr.SYS_socket, AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket < 0) return socket;
    // bind(2) knows no directory but the working one; nothing else here depends on it.
    let result = syscall(nr.SYS_fchdir, dirfd);
    if (result === 0) result = syscall(nr.SYS_bind, socket, this.#address, this.#socketAddress(name));
    syscall(nr.SYS_fchdir, this.#selfFds);
    if (result === 0) result = syscall(nr.SYS_listen, socket, LISTEN_BACKLOG);
    if (result === 0) return socket;
    this.close(socket);
    return result;
  }

  /** A socket connected to the unix socket behind an O_PATH descriptor. */
  connectSocket(fd: number, type: number): number {
    const socket = syscall(nr.SYS_socket, AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket < 0) return socket;
    let result = syscall(nr.SYS_fchdir, this.#selfFds);
    if (result === 0) result = syscall(nr.SYS_connect, socket, this.#address, this.#socketAddress(String(fd)));
    if (result === 0) return socket;
    this.close(socket);
    return result;
  }

  #socketAddress(path: string): number {
    SockaddrUnLayout.family.write(this.#address, 0, AF_UNIX);
    SockaddrUnLayout.path.writeCString(this.#address, 0, path);
    return SockaddrUnLayout.path.offset + path.length + 1;
  }

  /** openat2(2); `resolve` says what the name may do. */
  #openAt(dirfd: number, name: string, flags: number, mode: number, resolve: number): number {
    OpenHowLayout.flags.write(this.#how, 0, flags);
    OpenHowLayout.mode.write(this.#how, 0, mode);
    OpenHowLayout.resolve.write(this.#how, 0, resolve);
    return syscall(nr.SYS_openat2, dirfd, this.#cString(this.#name, name), this.#how, OPEN_HOW_SIZE_VER0);
  }

  #readlinkAt(fd: number, name: Uint8Array): string | Errno {
    const length = syscall(nr.SYS_readlinkat, fd, name, this.#target, this.#target.length);
    return length < 0 ? length : this.#target.toString("latin1", 0, length);
  }

  #statxOf(fd: number, name: Uint8Array, flags: number, out: Attr): number {
    const view = this.#statx;
    const result = syscall(nr.SYS_statx, fd, name, flags, STATX_BASIC_STATS | STATX_BTIME, view);
    if (result < 0) return result;
    readStatx(view, out);
    return 0;
  }

  /** `text` with a NUL in `buffer`; callers have checked its length. */
  #cString(buffer: Buffer, text: string): Uint8Array {
    buffer[buffer.write(text, 0, "latin1")] = 0;
    return buffer;
  }
}

export const NOW: HostTime = { sec: 0, nsec: UTIME_NOW };
export const OMIT: HostTime = { sec: 0, nsec: UTIME_OMIT };

function readStatx(view: DataView, out: Attr): void {
  const mask = StatxLayout.mask.read(view, 0);
  const mode = StatxLayout.mode.read(view, 0);
  out.valid = mask & STATX_BTIME ? ATTR_ALL : ATTR_BASIC;
  out.mode = mode;
  out.uid = StatxLayout.uid.read(view, 0);
  out.gid = StatxLayout.gid.read(view, 0);
  out.nlink = StatxLayout.nlink.read(view, 0);
  out.rdev = hostDevice(StatxLayout.rdevMajor.read(view, 0), StatxLayout.rdevMinor.read(view, 0));
  out.size = StatxLayout.size.read(view, 0);
  out.blksize = StatxLayout.blksize.read(view, 0);
  out.blocks = StatxLayout.blocks.read(view, 0);
  out.atimeSec = StatxLayout.atimeSec.read(view, 0);
  out.atimeNsec = StatxLayout.atimeNsec.read(view, 0);
  out.mtimeSec = StatxLayout.mtimeSec.read(view, 0);
  out.mtimeNsec = StatxLayout.mtimeNsec.read(view, 0);
  out.ctimeSec = StatxLayout.ctimeSec.read(view, 0);
  out.ctimeNsec = StatxLayout.ctimeNsec.read(view, 0);
  out.btimeSec = out.valid & ATTR_BTIME ? StatxLayout.btimeSec.read(view, 0) : 0;
  out.btimeNsec = out.valid & ATTR_BTIME ? StatxLayout.btimeNsec.read(view, 0) : 0;
  out.ino = foldInode(StatxLayout.ino.read(view, 0));
  out.dev = hostDevice(StatxLayout.devMajor.read(view, 0), StatxLayout.devMinor.read(view, 0));
  out.qid.type = qidType(mode);
  out.qid.version = qidVersion(out);
  out.qid.path = qidPath(out.dev, out.ino);
}
