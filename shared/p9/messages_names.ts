/**
 * Directory entries: mkdir, symlink, mknod, link, renameat, unlinkat; sockets with a name.
 *
 * Every message that makes a file says its owner (NOID leaves it to the server) and the fid that it shall become (or NOFID).
 */

import { Attr } from "./attr.ts";
import type { Codec, Message } from "./codec.ts";
import { MAX_PATH_BYTES } from "./limits.ts";

/** dfid[4] newfid[4] name[s] mode[4] uid[4] gid[4]. */
export class Tmkdir implements Message {
  dfid = 0;
  newfid = 0;
  name = "";
  mode = 0;
  uid = 0;
  gid = 0;

  fields(codec: Codec): void {
    this.dfid = codec.u32(this.dfid);
    this.newfid = codec.u32(this.newfid);
    this.name = codec.name(this.name);
    this.mode = codec.u32(this.mode);
    this.uid = codec.u32(this.uid);
    this.gid = codec.u32(this.gid);
  }
}

/** dfid[4] newfid[4] name[s] target[s] uid[4] gid[4]. */
export class Tsymlink implements Message {
  dfid = 0;
  newfid = 0;
  name = "";
  target = "";
  uid = 0;
  gid = 0;

  fields(codec: Codec): void {
    this.dfid = codec.u32(this.dfid);
    this.newfid = codec.u32(this.newfid);
    this.name = codec.name(this.name);
    this.target = codec.string(this.target, MAX_PATH_BYTES);
    this.uid = codec.u32(this.uid);
    this.gid = codec.u32(this.gid);
  }
}

/** dfid[4] newfid[4] name[s] mode[4] rdev[8] uid[4] gid[4]; `mode` with the file type. */
export class Tmknod implements Message {
  dfid = 0;
  newfid = 0;
  name = "";
  mode = 0;
  rdev = 0;
  uid = 0;
  gid = 0;

  fields(codec: Codec): void {
    this.dfid = codec.u32(this.dfid);
    this.newfid = codec.u32(this.newfid);
    this.name = codec.name(this.name);
    this.mode = codec.u32(this.mode);
    this.rdev = codec.u53(this.rdev);
    this.uid = codec.u32(this.uid);
    this.gid = codec.u32(this.gid);
  }
}

/** dfid[4] fid[4] name[s]. */
export class Tlink implements Message {
  dfid = 0;
  fid = 0;
  name = "";

  fields(codec: Codec): void {
    this.dfid = codec.u32(this.dfid);
    this.fid = codec.u32(this.fid);
    this.name = codec.name(this.name);
  }
}

/** The file that was made or linked: attr[133]. Reply to Tmkdir, Tsymlink, Tmknod, Tlink and Tbind. */
export class Rmade implements Message {
  attr: Attr = new Attr();

  fields(codec: Codec): void {
    this.attr.fields(codec);
  }
}

/** As renameat2(2): olddfid[4] oldname[s] newdfid[4] newname[s] flags[4]. */
export class Trenameat implements Message {
  olddfid = 0;
  oldname = "";
  newdfid = 0;
  newname = "";
  flags = 0;

  fields(codec: Codec): void {
    this.olddfid = codec.u32(this.olddfid);
    this.oldname = codec.name(this.oldname);
    this.newdfid = codec.u32(this.newdfid);
    this.newname = codec.name(this.newname);
    this.flags = codec.u32(this.flags);
  }
}

/** As unlinkat(2): dfid[4] name[s] flags[4]. */
export class Tunlinkat implements Message {
  dfid = 0;
  name = "";
  flags = 0;

  fields(codec: Codec): void {
    this.dfid = codec.u32(this.dfid);
    this.name = codec.name(this.name);
    this.flags = codec.u32(this.flags);
  }
}

/** Makes a listening unix socket on the host; its descriptor comes with `newfid` as its tag: dfid[4] newfid[4] name[s] type[4] mode[4] uid[4] gid[4]. */
export class Tbind implements Message {
  dfid = 0;
  newfid = 0;
  name = "";
  type = 0;
  mode = 0;
  uid = 0;
  gid = 0;

  fields(codec: Codec): void {
    this.dfid = codec.u32(this.dfid);
    this.newfid = codec.u32(this.newfid);
    this.name = codec.name(this.name);
    this.type = codec.u32(this.type);
    this.mode = codec.u32(this.mode);
    this.uid = codec.u32(this.uid);
    this.gid = codec.u32(this.gid);
  }
}

/** Connects to a unix socket on the host; the descriptor comes with `fid` as its tag: fid[4] type[4]. */
export class Tconnect implements Message {
  fid = 0;
  type = 0;

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
    this.type = codec.u32(this.type);
  }
}
