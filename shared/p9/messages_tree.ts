/** Listing many directories at once. */

import { Attr } from "./attr.ts";
import { type Codec, DataSpan, type Message } from "./codec.ts";
import { MAX_MSIZE } from "./limits.ts";

export { DirEntry } from "./messages_open.ts";

/**
 * The directories in `fid` from the one called `from` on, each followed by those below it, at most so many and `count` bytes:
 * fid[4] from[s] directories[2] count[4] plus[1]; entries have attributes if `plus`.
 */
export class Treadtree implements Message {
  fid = 0;
  from = "";
  directories = 0;
  count = 0;
  plus = 0;

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
    this.from = codec.name(this.from);
    this.directories = codec.u16(this.directories);
    this.count = codec.u32(this.count);
    this.plus = codec.u8(this.plus);
  }
}

/** count[4] data[count]: TreeDirectory records, each with its entries behind it. */
export class Rreadtree implements Message {
  readonly data = new DataSpan();

  fields(codec: Codec): void {
    codec.data(this.data, MAX_MSIZE);
  }
}

/**
 * A directory inside Rreadtree's data: parent[2] name[s] attr[133] nentry[4] nentry*(DirEntry).
 *
 * `name` is its name in the `parent`th directory of the reply, counting from 1; 0 is the one that was asked about.
 */
export class TreeDirectory {
  parent = 0;
  name = "";
  readonly attr: Attr = new Attr();
  count = 0;

  fields(codec: Codec): void {
    this.parent = codec.u16(this.parent);
    this.name = codec.name(this.name);
    this.attr.fields(codec);
    this.count = codec.u32(this.count);
  }
}
