/** Identity and attributes of a file, as Tgetattr of 9P2000.L has them, with the host's device number added. */

import type { Codec } from "./codec.ts";

/** Which attributes an Attr holds, or a request wants (P9_GETATTR_*). */
export const ATTR_MODE = 0x1;
export const ATTR_NLINK = 0x2;
export const ATTR_UID = 0x4;
export const ATTR_GID = 0x8;
export const ATTR_RDEV = 0x10;
export const ATTR_ATIME = 0x20;
export const ATTR_MTIME = 0x40;
export const ATTR_CTIME = 0x80;
export const ATTR_INO = 0x100;
export const ATTR_SIZE = 0x200;
export const ATTR_BLOCKS = 0x400;
export const ATTR_BTIME = 0x800;
/** All that stat(2) tells. */
export const ATTR_BASIC = 0x7ff;
export const ATTR_ALL = 0xfff;

/** Qid types. */
export const QTDIR = 0x80;
export const QTSYMLINK = 0x02;
export const QTFILE = 0x00;

/** The server's idea of a file's identity: `path` is unique among the files of one server. */
export class Qid {
  type = 0;
  version = 0;
  path = 0;

  fields(codec: Codec): void {
    this.type = codec.u8(this.type);
    this.version = codec.u32(this.version);
    this.path = codec.u53(this.path);
  }
}

/** Attributes; times in seconds and nanoseconds, `blocks` in 512 bytes, `dev` and `rdev` as stat(2) encodes them. */
export class Attr {
  valid = 0;
  readonly qid: Qid = new Qid();
  mode = 0;
  uid = 0;
  gid = 0;
  nlink = 0;
  rdev = 0;
  size = 0;
  blksize = 0;
  blocks = 0;
  atimeSec = 0;
  atimeNsec = 0;
  mtimeSec = 0;
  mtimeNsec = 0;
  ctimeSec = 0;
  ctimeNsec = 0;
  btimeSec = 0;
  btimeNsec = 0;
  ino = 0;
  dev = 0;

  fields(codec: Codec): void {
    this.valid = codec.u32(this.valid);
    this.qid.fields(codec);
    this.mode = codec.u32(this.mode);
    this.uid = codec.u32(this.uid);
    this.gid = codec.u32(this.gid);
    this.nlink = codec.u53(this.nlink);
    this.rdev = codec.u53(this.rdev);
    this.size = codec.u53(this.size);
    this.blksize = codec.u53(this.blksize);
    this.blocks = codec.u53(this.blocks);
    this.atimeSec = codec.i64(this.atimeSec);
    this.atimeNsec = codec.u32(this.atimeNsec);
    this.mtimeSec = codec.i64(this.mtimeSec);
    this.mtimeNsec = codec.u32(this.mtimeNsec);
    this.ctimeSec = codec.i64(this.ctimeSec);
    this.ctimeNsec = codec.u32(this.ctimeNsec);
    this.btimeSec = codec.i64(this.btimeSec);
    this.btimeNsec = codec.u32(this.btimeNsec);
    this.ino = codec.u53(this.ino);
    this.dev = codec.u53(this.dev);
  }

  /** Takes all of another's values. */
  copyFrom(other: Attr): void {
    this.valid = other.valid;
    this.qid.type = other.qid.type;
    this.qid.version = other.qid.version;
    this.qid.path = other.qid.path;
    this.mode = other.mode;
    this.uid = other.uid;
    this.gid = other.gid;
    this.nlink = other.nlink;
    this.rdev = other.rdev;
    this.size = other.size;
    this.blksize = other.blksize;
    this.blocks = other.blocks;
    this.atimeSec = other.atimeSec;
    this.atimeNsec = other.atimeNsec;
    this.mtimeSec = other.mtimeSec;
    this.mtimeNsec = other.mtimeNsec;
    this.ctimeSec = other.ctimeSec;
    this.ctimeNsec = other.ctimeNsec;
    this.btimeSec = other.btimeSec;
    this.btimeNsec = other.btimeNsec;
    this.ino = other.ino;
    this.dev = other.dev;
  }
}

/** The bytes of an Attr on the wire. */
export const ATTR_BYTES = 133;
