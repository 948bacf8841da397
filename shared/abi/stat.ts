/**
 * Inode types and permission bits, stat(2), statx(2); include/uapi/linux/stat.h.
 */

import { I64, pad, struct, U16, U32, U53 } from "./layout.ts";

// File types.
export const S_IFMT = 0o170000;
export const S_IFSOCK = 0o140000;
export const S_IFLNK = 0o120000;
export const S_IFREG = 0o100000;
export const S_IFBLK = 0o60000;
export const S_IFDIR = 0o40000;
export const S_IFCHR = 0o20000;
export const S_IFIFO = 0o10000;

// Permission bits.
export const S_ISUID = 0o4000;
export const S_ISGID = 0o2000;
export const S_ISVTX = 0o1000;
export const S_IRWXU = 0o700;
export const S_IRUSR = 0o400;
export const S_IWUSR = 0o200;
export const S_IXUSR = 0o100;
export const S_IRWXG = 0o70;
export const S_IRGRP = 0o40;
export const S_IWGRP = 0o20;
export const S_IXGRP = 0o10;
export const S_IRWXO = 7;
export const S_IROTH = 4;
export const S_IWOTH = 2;
export const S_IXOTH = 1;

// statx(2) masks.
export const STATX_TYPE = 1;
export const STATX_MODE = 2;
export const STATX_NLINK = 4;
export const STATX_UID = 8;
export const STATX_GID = 0x10;
export const STATX_ATIME = 0x20;
export const STATX_MTIME = 0x40;
export const STATX_CTIME = 0x80;
export const STATX_INO = 0x100;
export const STATX_SIZE = 0x200;
export const STATX_BLOCKS = 0x400;
export const STATX_BASIC_STATS = 0x7ff;
export const STATX_BTIME = 0x800;
export const STATX_ALL = 0xfff;
export const STATX_MNT_ID = 0x1000;
export const STATX_DIOALIGN = 0x2000;
export const STATX__RESERVED = 0x80000000;

export const STATX_ATTR_COMPRESSED = 4;
export const STATX_ATTR_IMMUTABLE = 0x10;
export const STATX_ATTR_APPEND = 0x20;
export const STATX_ATTR_NODUMP = 0x40;
export const STATX_ATTR_ENCRYPTED = 0x800;
export const STATX_ATTR_AUTOMOUNT = 0x1000;
export const STATX_ATTR_MOUNT_ROOT = 0x2000;
export const STATX_ATTR_VERITY = 0x100000;
export const STATX_ATTR_DAX = 0x200000;

// utimensat(2) special nanoseconds.
export const UTIME_NOW = 0x3fffffff;
export const UTIME_OMIT = 0x3ffffffe;

/** struct stat of x86-64, arch/x86/include/uapi/asm/stat.h. */
export const StatLayout = struct(
  144,
  {
    dev: new U53(0),
    ino: new U53(8),
    nlink: new U53(16),
    mode: new U32(24),
    uid: new U32(28),
    gid: new U32(32),
    rdev: new U53(40),
    size: new I64(48),
    blksize: new I64(56),
    blocks: new I64(64),
    atimeSec: new I64(72),
    atimeNsec: new U53(80),
    mtimeSec: new I64(88),
    mtimeNsec: new U53(96),
    ctimeSec: new I64(104),
    ctimeNsec: new U53(112),
  },
  pad(36, 4),
  pad(120, 24),
);

/** struct statx. */
export const StatxLayout = struct(
  256,
  {
    mask: new U32(0),
    blksize: new U32(4),
    attributes: new U53(8),
    nlink: new U32(16),
    uid: new U32(20),
    gid: new U32(24),
    mode: new U16(28),
    ino: new U53(32),
    size: new U53(40),
    blocks: new U53(48),
    attributesMask: new U53(56),
    atimeSec: new I64(64),
    atimeNsec: new U32(72),
    btimeSec: new I64(80),
    btimeNsec: new U32(88),
    ctimeSec: new I64(96),
    ctimeNsec: new U32(104),
    mtimeSec: new I64(112),
    mtimeNsec: new U32(120),
    rdevMajor: new U32(128),
    rdevMinor: new U32(132),
    devMajor: new U32(136),
    devMinor: new U32(140),
    mntId: new U53(144),
    dioMemAlign: new U32(152),
    dioOffsetAlign: new U32(156),
  },
  pad(30, 2),
  pad(76, 4),
  pad(92, 4),
  pad(108, 4),
  pad(124, 4),
  pad(160, 96),
);
