/**
 * The session: version, attach, flush, clunk; and the error reply.
 */

import { Attr } from "./attr.ts";
import type { Codec, Message } from "./codec.ts";
import { MAX_FIDS, MAX_NAME_BYTES, MAX_PATH_BYTES } from "./limits.ts";

/** The request failed: ecode[4], a Linux error number. */
export class Rlerror implements Message {
  ecode = 0;

  fields(codec: Codec): void {
    this.ecode = codec.u32(this.ecode);
  }
}

/** A reply without fields. */
export class Rempty implements Message {
  fields(_codec: Codec): void {}
}

/** Starts a session and ends the one before: msize[4] version[s]. */
export class Tversion implements Message {
  msize = 0;
  version = "";

  fields(codec: Codec): void {
    this.msize = codec.u32(this.msize);
    this.version = codec.string(this.version, MAX_NAME_BYTES);
  }
}

/** msize[4] version[s]; the version is "unknown" when the server does not speak it. */
export class Rversion implements Message {
  msize = 0;
  version = "";

  fields(codec: Codec): void {
    this.msize = codec.u32(this.msize);
    this.version = codec.string(this.version, MAX_NAME_BYTES);
  }
}

/** Makes a fid for the root of the served directory called `aname`: fid[4] afid[4] uname[s] aname[s] n_uname[4]. */
export class Tattach implements Message {
  fid = 0;
  afid = 0;
  uname = "";
  aname = "";
  nUname = 0;

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
    this.afid = codec.u32(this.afid);
    this.uname = codec.string(this.uname, MAX_NAME_BYTES);
    this.aname = codec.string(this.aname, MAX_PATH_BYTES);
    this.nUname = codec.u32(this.nUname);
  }
}

/** readonly[1] attr[133]. */
export class Rattach implements Message {
  readonly = 0;
  attr: Attr = new Attr();

  fields(codec: Codec): void {
    this.readonly = codec.u8(this.readonly);
    this.attr.fields(codec);
  }
}

/** Gives up an exchange: oldtag[2]. Exchanges are synchronous, so it is always over. */
export class Tflush implements Message {
  oldtag = 0;

  fields(codec: Codec): void {
    this.oldtag = codec.u16(this.oldtag);
  }
}

/** Lets a fid go: fid[4]. */
export class Tclunk implements Message {
  fid = 0;

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
  }
}

/** Lets many fids go: size[4] Tclunkmany tag[2] nfid[2] nfid*(fid[4]). Unknown fids are passed over. */
export class Tclunkmany implements Message {
  readonly fids: number[] = [];

  fields(codec: Codec): void {
    const count = codec.count(this.fids.length, MAX_FIDS);
    this.fids.length = count;
    for (let i = 0; i < count; i++) this.fids[i] = codec.u32(this.fids[i]);
  }
}
