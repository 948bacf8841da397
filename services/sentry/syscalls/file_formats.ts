/** Names of flags and renderings of structs of the file system calls, for strace. */
import * as f from "../../../shared/abi/fcntl.ts";
import { StatLayout } from "../../../shared/abi/stat.ts";
import { TimespecLayout, TimevalLayout } from "../../../shared/abi/time.ts";

type Names = readonly (readonly [value: number, name: string])[];

export const OPEN_FLAGS: Names = [
  [f.O_WRONLY, "O_WRONLY"],
  [f.O_RDWR, "O_RDWR"],
  [f.O_CREAT, "O_CREAT"],
  [f.O_EXCL, "O_EXCL"],
  [f.O_NOCTTY, "O_NOCTTY"],
  [f.O_TRUNC, "O_TRUNC"],
  [f.O_APPEND, "O_APPEND"],
  [f.O_NONBLOCK, "O_NONBLOCK"],
  [f.O_SYNC, "O_SYNC"],
  [f.O_DSYNC, "O_DSYNC"],
  [f.O_ASYNC, "O_ASYNC"],
  [f.O_DIRECT, "O_DIRECT"],
  [f.O_LARGEFILE, "O_LARGEFILE"],
  [f.O_TMPFILE, "O_TMPFILE"],
  [f.O_DIRECTORY, "O_DIRECTORY"],
  [f.O_NOFOLLOW, "O_NOFOLLOW"],
  [f.O_NOATIME, "O_NOATIME"],
  [f.O_CLOEXEC, "O_CLOEXEC"],
  [f.O_PATH, "O_PATH"],
];

export const AT_FLAGS: Names = [
  [f.AT_SYMLINK_NOFOLLOW, "AT_SYMLINK_NOFOLLOW"],
  [f.AT_EACCESS, "AT_EACCESS"],
  [f.AT_SYMLINK_FOLLOW, "AT_SYMLINK_FOLLOW"],
  [f.AT_NO_AUTOMOUNT, "AT_NO_AUTOMOUNT"],
  [f.AT_EMPTY_PATH, "AT_EMPTY_PATH"],
  [f.AT_STATX_FORCE_SYNC, "AT_STATX_FORCE_SYNC"],
  [f.AT_STATX_DONT_SYNC, "AT_STATX_DONT_SYNC"],
];

export const UNLINK_FLAGS: Names = [[f.AT_REMOVEDIR, "AT_REMOVEDIR"]];

export const ACCESS_MODES: Names = [
  [f.R_OK, "R_OK"],
  [f.W_OK, "W_OK"],
  [f.X_OK, "X_OK"],
];

export const RENAME_FLAGS: Names = [
  [f.RENAME_NOREPLACE, "RENAME_NOREPLACE"],
  [f.RENAME_EXCHANGE, "RENAME_EXCHANGE"],
  [f.RENAME_WHITEOUT, "RENAME_WHITEOUT"],
];

export const RWF_FLAGS: Names = [
  [f.RWF_HIPRI, "RWF_HIPRI"],
  [f.RWF_DSYNC, "RWF_DSYNC"],
  [f.RWF_SYNC, "RWF_SYNC"],
  [f.RWF_NOWAIT, "RWF_NOWAIT"],
  [f.RWF_APPEND, "RWF_APPEND"],
];

export const WHENCE: Names = [
  [f.SEEK_SET, "SEEK_SET"],
  [f.SEEK_CUR, "SEEK_CUR"],
  [f.SEEK_END, "SEEK_END"],
  [f.SEEK_DATA, "SEEK_DATA"],
  [f.SEEK_HOLE, "SEEK_HOLE"],
];

export const FCNTL_COMMANDS: Names = [
  [f.F_DUPFD, "F_DUPFD"],
  [f.F_GETFD, "F_GETFD"],
  [f.F_SETFD, "F_SETFD"],
  [f.F_GETFL, "F_GETFL"],
  [f.F_SETFL, "F_SETFL"],
  [f.F_GETLK, "F_GETLK"],
  [f.F_SETLK, "F_SETLK"],
  [f.F_SETLKW, "F_SETLKW"],
  [f.F_SETOWN, "F_SETOWN"],
  [f.F_GETOWN, "F_GETOWN"],
  [f.F_SETSIG, "F_SETSIG"],
  [f.F_GETSIG, "F_GETSIG"],
  [f.F_SETOWN_EX, "F_SETOWN_EX"],
  [f.F_GETOWN_EX, "F_GETOWN_EX"],
  [f.F_OFD_GETLK, "F_OFD_GETLK"],
  [f.F_OFD_SETLK, "F_OFD_SETLK"],
  [f.F_OFD_SETLKW, "F_OFD_SETLKW"],
  [f.F_SETLEASE, "F_SETLEASE"],
  [f.F_GETLEASE, "F_GETLEASE"],
  [f.F_NOTIFY, "F_NOTIFY"],
  [f.F_DUPFD_CLOEXEC, "F_DUPFD_CLOEXEC"],
  [f.F_SETPIPE_SZ, "F_SETPIPE_SZ"],
  [f.F_GETPIPE_SZ, "F_GETPIPE_SZ"],
  [f.F_ADD_SEALS, "F_ADD_SEALS"],
  [f.F_GET_SEALS, "F_GET_SEALS"],
];

export const FLOCK_OPERATIONS: Names = [
  [f.LOCK_SH, "LOCK_SH"],
  [f.LOCK_EX, "LOCK_EX"],
  [f.LOCK_NB, "LOCK_NB"],
  [f.LOCK_UN, "LOCK_UN"],
];

export const CLOSE_RANGE_FLAGS: Names = [
  [f.CLOSE_RANGE_UNSHARE, "CLOSE_RANGE_UNSHARE"],
  [f.CLOSE_RANGE_CLOEXEC, "CLOSE_RANGE_CLOEXEC"],
];

export const SPLICE_FLAGS: Names = [
  [f.SPLICE_F_MOVE, "SPLICE_F_MOVE"],
  [f.SPLICE_F_NONBLOCK, "SPLICE_F_NONBLOCK"],
  [f.SPLICE_F_MORE, "SPLICE_F_MORE"],
  [f.SPLICE_F_GIFT, "SPLICE_F_GIFT"],
];

export const PIPE_FLAGS: Names = [
  [f.O_NONBLOCK, "O_NONBLOCK"],
  [f.O_CLOEXEC, "O_CLOEXEC"],
  [f.O_DIRECT, "O_DIRECT"],
];

export const MEMFD_FLAGS: Names = [
  [f.MFD_CLOEXEC, "MFD_CLOEXEC"],
  [f.MFD_ALLOW_SEALING, "MFD_ALLOW_SEALING"],
  [f.MFD_HUGETLB, "MFD_HUGETLB"],
  [f.MFD_NOEXEC_SEAL, "MFD_NOEXEC_SEAL"],
  [f.MFD_EXEC, "MFD_EXEC"],
];

export const XATTR_FLAGS: Names = [
  [f.XATTR_CREATE, "XATTR_CREATE"],
  [f.XATTR_REPLACE, "XATTR_REPLACE"],
];

export const FALLOCATE_MODES: Names = [
  [f.FALLOC_FL_KEEP_SIZE, "FALLOC_FL_KEEP_SIZE"],
  [f.FALLOC_FL_PUNCH_HOLE, "FALLOC_FL_PUNCH_HOLE"],
  [f.FALLOC_FL_COLLAPSE_RANGE, "FALLOC_FL_COLLAPSE_RANGE"],
  [f.FALLOC_FL_ZERO_RANGE, "FALLOC_FL_ZERO_RANGE"],
  [f.FALLOC_FL_INSERT_RANGE, "FALLOC_FL_INSERT_RANGE"],
];

export function formatStat(view: DataView, at: number): string {
  return `{dev=${StatLayout.dev.read(view, at)}, ino=${StatLayout.ino.read(view, at)}, mode=0${StatLayout.mode
    .read(view, at)
    .toString(
      8,
    )}, nlink=${StatLayout.nlink.read(view, at)}, uid=${StatLayout.uid.read(view, at)}, gid=${StatLayout.gid.read(
    view,
    at,
  )}, size=${StatLayout.size.read(view, at)}}`;
}

export function formatTimespec(view: DataView, at: number): string {
  return `{sec=${TimespecLayout.sec.read(view, at)}, nsec=${TimespecLayout.nsec.read(view, at)}}`;
}

export function formatTimespecPair(view: DataView, at: number): string {
  return `[${formatTimespec(view, at)}, ${formatTimespec(view, at + 16)}]`;
}

export function formatTimeval(view: DataView, at: number): string {
  return `{sec=${TimevalLayout.sec.read(view, at)}, usec=${TimevalLayout.usec.read(view, at)}}`;
}

export function formatTimevalPair(view: DataView, at: number): string {
  return `[${formatTimeval(view, at)}, ${formatTimeval(view, at + 16)}]`;
}

export function formatIntPair(view: DataView, at: number): string {
  return `[${view.getInt32(at, true)}, ${view.getInt32(at + 4, true)}]`;
}

/** Shown as length only. */
export function formatBytes(): string {
  return "{...}";
}
