/**
 * mount(2), umount(2), statfs(2) magic numbers; include/uapi/linux/mount.h, magic.h.
 */

import { pad, struct, U32, U53 } from "./layout.ts";

// mount(2) flags.
export const MS_RDONLY = 1;
export const MS_NOSUID = 2;
export const MS_NODEV = 4;
export const MS_NOEXEC = 8;
export const MS_SYNCHRONOUS = 0x10;
export const MS_REMOUNT = 0x20;
export const MS_MANDLOCK = 0x40;
export const MS_DIRSYNC = 0x80;
export const MS_NOSYMFOLLOW = 0x100;
export const MS_NOATIME = 0x400;
export const MS_NODIRATIME = 0x800;
export const MS_BIND = 0x1000;
export const MS_MOVE = 0x2000;
export const MS_REC = 0x4000;
export const MS_SILENT = 0x8000;
export const MS_POSIXACL = 0x10000;
export const MS_UNBINDABLE = 0x20000;
export const MS_PRIVATE = 0x40000;
export const MS_SLAVE = 0x80000;
export const MS_SHARED = 0x100000;
export const MS_RELATIME = 0x200000;
export const MS_KERNMOUNT = 0x400000;
export const MS_I_VERSION = 0x800000;
export const MS_STRICTATIME = 0x1000000;
export const MS_LAZYTIME = 0x2000000;
export const MS_MGC_VAL = 0xc0ed0000;
export const MS_MGC_MSK = 0xffff0000;

// umount2(2) flags.
export const MNT_FORCE = 1;
export const MNT_DETACH = 2;
export const MNT_EXPIRE = 4;
export const UMOUNT_NOFOLLOW = 8;

// statfs(2) f_flags.
export const ST_RDONLY = 1;
export const ST_NOSUID = 2;
export const ST_NODEV = 4;
export const ST_NOEXEC = 8;
export const ST_SYNCHRONOUS = 0x10;
export const ST_VALID = 0x20;
export const ST_MANDLOCK = 0x40;
export const ST_NOATIME = 0x400;
export const ST_NODIRATIME = 0x800;
export const ST_RELATIME = 0x1000;
export const ST_NOSYMFOLLOW = 0x2000;

// The newer mount calls.
export const MOUNT_ATTR_RELATIME = 0;
export const FSMOUNT_CLOEXEC = 1;
export const FSOPEN_CLOEXEC = 1;
export const FSPICK_CLOEXEC = 1;
export const MOUNT_ATTR_RDONLY = 1;
export const MOVE_MOUNT_F_SYMLINKS = 1;
export const OPEN_TREE_CLONE = 1;
export const FSPICK_SYMLINK_NOFOLLOW = 2;
export const MOUNT_ATTR_NOSUID = 2;
export const MOVE_MOUNT_F_AUTOMOUNTS = 2;
export const FSPICK_NO_AUTOMOUNT = 4;
export const MOUNT_ATTR_NODEV = 4;
export const MOVE_MOUNT_F_EMPTY_PATH = 4;
export const FSPICK_EMPTY_PATH = 8;
export const MOUNT_ATTR_NOEXEC = 8;
export const MOUNT_ATTR_NOATIME = 0x10;
export const MOVE_MOUNT_T_SYMLINKS = 0x10;
export const MOUNT_ATTR_STRICTATIME = 0x20;
export const MOVE_MOUNT_T_AUTOMOUNTS = 0x20;
export const MOVE_MOUNT_T_EMPTY_PATH = 0x40;
export const MOUNT_ATTR__ATIME = 0x70;
export const MOUNT_ATTR_NODIRATIME = 0x80;
export const MOVE_MOUNT_SET_GROUP = 0x100;
export const MOVE_MOUNT__MASK = 0x177;
export const MOUNT_ATTR_IDMAP = 0x100000;
export const MOUNT_ATTR_NOSYMFOLLOW = 0x200000;

// File system magic numbers.
export const TMPFS_MAGIC = 0x1021994;
export const PROC_SUPER_MAGIC = 0x9fa0;
export const SYSFS_MAGIC = 0x62656572;
export const DEVPTS_SUPER_MAGIC = 0x1cd1;
export const PIPEFS_MAGIC = 0x50495045;
export const SOCKFS_MAGIC = 0x534f434b;
export const ANON_INODE_FS_MAGIC = 0x9041934;
export const OVERLAYFS_SUPER_MAGIC = 0x794c7630;
export const EXT4_SUPER_MAGIC = 0xef53;
export const XFS_SUPER_MAGIC = 0x58465342;
export const BTRFS_SUPER_MAGIC = 0x9123683e;
export const CGROUP_SUPER_MAGIC = 0x27e0eb;
export const CGROUP2_SUPER_MAGIC = 0x63677270;
export const RAMFS_MAGIC = 0x858458f6;
export const NSFS_MAGIC = 0x6e736673;
export const V9FS_MAGIC = 0x1021997;
export const HUGETLBFS_MAGIC = 0x958458f6;
export const FUSE_SUPER_MAGIC = 0x65735546;
export const TRACEFS_MAGIC = 0x74726163;
export const DEBUGFS_MAGIC = 0x64626720;
export const SECURITYFS_MAGIC = 0x73636673;
export const BPF_FS_MAGIC = 0xcafe4a11;
export const EROFS_SUPER_MAGIC_V1 = 0xe0f5e1e2;

export const MQUEUE_MAGIC = 0x19800202;

/** struct statfs of x86-64, include/uapi/asm-generic/statfs.h. */
export const StatfsLayout = struct(
  120,
  {
    type: new U53(0),
    bsize: new U53(8),
    blocks: new U53(16),
    bfree: new U53(24),
    bavail: new U53(32),
    files: new U53(40),
    ffree: new U53(48),
    fsid0: new U32(56),
    fsid1: new U32(60),
    namelen: new U53(64),
    frsize: new U53(72),
    flags: new U53(80),
  },
  pad(88, 32),
);
