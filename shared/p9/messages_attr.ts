/**
 * Finding files and their attributes: walk, getattr, setattr, readlink, statfs.
 */

import { Attr } from "./attr.ts";
import type { Codec, Message } from "./codec.ts";
import { MAX_FIDS, MAX_PATH_BYTES, MAX_WALK_NAMES } from "./limits.ts";

/**
 * Walks components and tells each one's attributes, in one exchange: fid[4] nwname[2] nwname*(wname[s] newfid[4]).
 *
 * Each component that exists becomes its newfid, unless that is NOFID. The walk ends early, successfully, at a symbolic link
 * (which the client resolves), and at the first failure.
 */
export class Twalkgetattr implements Message {
  fid = 0;
  readonly names: string[] = [];
  readonly newfids: number[] = [];

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
    const count = codec.count(this.names.length, MAX_WALK_NAMES);
    this.names.length = count;
    this.newfids.length = count;
    for (let i = 0; i < count; i++) {
      this.names[i] = codec.name(this.names[i]);
      this.newfids[i] = codec.u32(this.newfids[i]);
    }
  }
}

/**
 * ecode[4] nwattr[2] nwattr*(attr[133]) target[s].
 *
 * `count` components were walked. `ecode` is why the next one was not, 0 when all were walked or a symbolic link ended the walk;
 * then `target` is where the link leads.
 */
export class Rwalkgetattr implements Message {
  ecode = 0;
  count = 0;
  readonly attrs: Attr[] = Array.from({ length: MAX_WALK_NAMES }, () => new Attr());
  target = "";

  fields(codec: Codec): void {
    this.ecode = codec.u32(this.ecode);
    this.count = codec.count(this.count, MAX_WALK_NAMES);
    for (let i = 0; i < this.count; i++) this.attrs[i].fields(codec);
    this.target = codec.string(this.target, MAX_PATH_BYTES);
  }
}

/** Attributes of a fid: fid[4] mask[4]. */
export class Tgetattr implements Message {
  fid = 0;
  mask = 0;

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
    this.mask = codec.u32(this.mask);
  }
}

/** attr[133]. */
export class Rgetattr implements Message {
  attr: Attr = new Attr();

  fields(codec: Codec): void {
    this.attr.fields(codec);
  }
}

/** Attributes of many fids: nfid[2] nfid*(fid[4]). */
export class Tmultigetattr implements Message {
  readonly fids: number[] = [];

  fields(codec: Codec): void {
    const count = codec.count(this.fids.length, MAX_FIDS);
    this.fids.length = count;
    for (let i = 0; i < count; i++) this.fids[i] = codec.u32(this.fids[i]);
  }
}

/** nattr[2] nattr*(ecode[4] attr[133]); `ecode` 0 where the attributes hold. */
export class Rmultigetattr implements Message {
  count = 0;
  readonly ecodes: number[] = new Array(MAX_FIDS).fill(0);
  readonly attrs: Attr[] = Array.from({ length: MAX_FIDS }, () => new Attr());

  fields(codec: Codec): void {
    this.count = codec.count(this.count, MAX_FIDS);
    for (let i = 0; i < this.count; i++) {
      this.ecodes[i] = codec.u32(this.ecodes[i]);
      this.attrs[i].fields(codec);
    }
  }
}

/** Which attributes Tsetattr sets (P9_SETATTR_*); a time without its _SET bit becomes the server's now. */
export const SETATTR_MODE = 0x1;
export const SETATTR_UID = 0x2;
export const SETATTR_GID = 0x4;
export const SETATTR_SIZE = 0x8;
export const SETATTR_ATIME = 0x10;
export const SETATTR_MTIME = 0x20;
export const SETATTR_ATIME_SET = 0x80;
export const SETATTR_MTIME_SET = 0x100;
export const SETATTR_ALL = 0x1bf;

/** fid[4] valid[4] mode[4] uid[4] gid[4] size[8] atime_sec[8] atime_nsec[4] mtime_sec[8] mtime_nsec[4]. */
export class Tsetattr implements Message {
  fid = 0;
  valid = 0;
  mode = 0;
  uid = 0;
  gid = 0;
  size = 0;
  atimeSec = 0;
  atimeNsec = 0;
  mtimeSec = 0;
  mtimeNsec = 0;

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
    this.valid = codec.u32(this.valid);
    this.mode = codec.u32(this.mode);
    this.uid = codec.u32(this.uid);
    this.gid = codec.u32(this.gid);
    this.size = codec.u53(this.size);
    this.atimeSec = codec.i64(this.atimeSec);
    this.atimeNsec = codec.u32(this.atimeNsec);
    this.mtimeSec = codec.i64(this.mtimeSec);
    this.mtimeNsec = codec.u32(this.mtimeNsec);
  }
}

/** The attributes afterwards: attr[133]. */
export class Rsetattr implements Message {
  attr: Attr = new Attr();

  fields(codec: Codec): void {
    this.attr.fields(codec);
  }
}

/** fid[4]. */
export class Treadlink implements Message {
  fid = 0;

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
  }
}

/** target[s]. */
export class Rreadlink implements Message {
  target = "";

  fields(codec: Codec): void {
    this.target = codec.string(this.target, MAX_PATH_BYTES);
  }
}

/** fid[4]. */
export class Tstatfs implements Message {
  fid = 0;

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
  }
}

/** As statfs(2): type[4] bsize[4] blocks[8] bfree[8] bavail[8] files[8] ffree[8] fsid0[4] fsid1[4] namelen[4] frsize[4] flags[4]. */
export class Rstatfs implements Message {
  type = 0;
  bsize = 0;
  blocks = 0;
  bfree = 0;
  bavail = 0;
  files = 0;
  ffree = 0;
  fsid0 = 0;
  fsid1 = 0;
  namelen = 0;
  frsize = 0;
  flags = 0;

  fields(codec: Codec): void {
    this.type = codec.u32(this.type);
    this.bsize = codec.u32(this.bsize);
    this.blocks = codec.u53(this.blocks);
    this.bfree = codec.u53(this.bfree);
    this.bavail = codec.u53(this.bavail);
    this.files = codec.u53(this.files);
    this.ffree = codec.u53(this.ffree);
    this.fsid0 = codec.u32(this.fsid0);
    this.fsid1 = codec.u32(this.fsid1);
    this.namelen = codec.u32(this.namelen);
    this.frsize = codec.u32(this.frsize);
    this.flags = codec.u32(this.flags);
  }
}
