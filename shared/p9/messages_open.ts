/**
 * Open files: open, create, read, write, readdir, fsync, allocate, lock.
 *
 * Opening makes a second fid; the first stays what it was. Where the server donates the open descriptor, it comes over the FD
 * channel with `newfid` (or `openfid`) as its tag, before the reply; then the descriptor takes the place of that fid, which stays free.
 */

import { Attr } from "./attr.ts";
import { type Codec, DataSpan, type Message } from "./codec.ts";
import { MAX_MSIZE } from "./limits.ts";

/** fid[4] newfid[4] flags[4] donate[1]; flags as open(2), `donate` 1 to ask for the descriptor too. */
export class Tlopen implements Message {
  fid = 0;
  newfid = 0;
  flags = 0;
  donate = 0;

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
    this.newfid = codec.u32(this.newfid);
    this.flags = codec.u32(this.flags);
    this.donate = codec.u8(this.donate);
  }
}

/** As Tlopen, of the entry `name` of a directory, which needs no fid of its own: fid[4] name[s] newfid[4] flags[4] donate[1]. */
export class Twalkopen implements Message {
  fid = 0;
  name = "";
  newfid = 0;
  flags = 0;
  donate = 0;

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
    this.name = codec.name(this.name);
    this.newfid = codec.u32(this.newfid);
    this.flags = codec.u32(this.flags);
    this.donate = codec.u8(this.donate);
  }
}

/** donated[1] attr[133]. */
export class Rlopen implements Message {
  donated = 0;
  attr: Attr = new Attr();

  fields(codec: Codec): void {
    this.donated = codec.u8(this.donated);
    this.attr.fields(codec);
  }
}

/** Creates a regular file and opens it; with O_TMPFILE it gets no name, whatever `name` says: dfid[4] newfid[4] openfid[4] name[s] flags[4] mode[4] uid[4] gid[4] donate[1]. */
export class Tlcreate implements Message {
  dfid = 0;
  newfid = 0;
  openfid = 0;
  name = "";
  flags = 0;
  mode = 0;
  uid = 0;
  gid = 0;
  donate = 0;

  fields(codec: Codec): void {
    this.dfid = codec.u32(this.dfid);
    this.newfid = codec.u32(this.newfid);
    this.openfid = codec.u32(this.openfid);
    this.name = codec.name(this.name);
    this.flags = codec.u32(this.flags);
    this.mode = codec.u32(this.mode);
    this.uid = codec.u32(this.uid);
    this.gid = codec.u32(this.gid);
    this.donate = codec.u8(this.donate);
  }
}

/** donated[1] attr[133]. */
export class Rlcreate implements Message {
  donated = 0;
  attr: Attr = new Attr();

  fields(codec: Codec): void {
    this.donated = codec.u8(this.donated);
    this.attr.fields(codec);
  }
}

/** fid[4] offset[8] count[4]. */
export class Tread implements Message {
  fid = 0;
  offset = 0;
  count = 0;

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
    this.offset = codec.u53(this.offset);
    this.count = codec.u32(this.count);
  }
}

/** count[4] data[count]. */
export class Rread implements Message {
  readonly data = new DataSpan();

  fields(codec: Codec): void {
    codec.data(this.data, MAX_MSIZE);
  }
}

/** fid[4] offset[8] count[4] data[count]. */
export class Twrite implements Message {
  fid = 0;
  offset = 0;
  readonly data = new DataSpan();

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
    this.offset = codec.u53(this.offset);
    codec.data(this.data, MAX_MSIZE);
  }
}

/** count[4]. */
export class Rwrite implements Message {
  count = 0;

  fields(codec: Codec): void {
    this.count = codec.u32(this.count);
  }
}

/** fid[4] offset[8] count[4] plus[1]; entries after `offset`, at most `count` bytes of them, with attributes if `plus`. */
export class Treaddir implements Message {
  fid = 0;
  offset = 0;
  count = 0;
  plus = 0;

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
    this.offset = codec.u53(this.offset);
    this.count = codec.u32(this.count);
    this.plus = codec.u8(this.plus);
  }
}

/** end[1] count[4] data[count]; `end` 1 when no entries remain. */
export class Rreaddir implements Message {
  end = 0;
  readonly data = new DataSpan();

  fields(codec: Codec): void {
    this.end = codec.u8(this.end);
    codec.data(this.data, MAX_MSIZE);
  }
}

/** One entry inside Rreaddir's data: ino[8] offset[8] type[1] name[s], and attr[133] when they were asked for. */
export class DirEntry {
  ino = 0;
  /** Pass this to the next Treaddir to go on behind the entry. */
  offset = 0;
  /** DT_*. */
  type = 0;
  name = "";
  /** `attr.valid` is 0 when attributes were not asked for, or could not be had. */
  readonly attr: Attr = new Attr();

  fields(codec: Codec, withAttr: boolean): void {
    this.ino = codec.u53(this.ino);
    this.offset = codec.u53(this.offset);
    this.type = codec.u8(this.type);
    this.name = codec.name(this.name);
    if (withAttr) this.attr.fields(codec);
    else this.attr.valid = 0;
  }
}

/** fid[4] datasync[1]. */
export class Tfsync implements Message {
  fid = 0;
  datasync = 0;

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
    this.datasync = codec.u8(this.datasync);
  }
}

/** As fallocate(2): fid[4] mode[4] offset[8] length[8]. */
export class Tallocate implements Message {
  fid = 0;
  mode = 0;
  offset = 0;
  length = 0;

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
    this.mode = codec.u32(this.mode);
    this.offset = codec.u53(this.offset);
    this.length = codec.u53(this.length);
  }
}

/** A record lock shared with the host: fid[4] type[1] start[8] length[8]; type F_RDLCK, F_WRLCK or F_UNLCK, length 0 to the end. */
export class Tlock implements Message {
  fid = 0;
  type = 0;
  start = 0;
  length = 0;

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
    this.type = codec.u8(this.type);
    this.start = codec.u53(this.start);
    this.length = codec.u53(this.length);
  }
}

/** Rlock's status. */
export const LOCK_SUCCESS = 0;
export const LOCK_BLOCKED = 1;

/** status[1]. */
export class Rlock implements Message {
  status = 0;

  fields(codec: Codec): void {
    this.status = codec.u8(this.status);
  }
}
