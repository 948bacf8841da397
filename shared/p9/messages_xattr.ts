/**
 * Extended attributes, xattr(7): get, set, list and remove in one message each.
 */

import { type Codec, DataSpan, type Message } from "./codec.ts";
import { MAX_XATTR_NAME_BYTES, MAX_XATTR_VALUE_BYTES } from "./limits.ts";

/** fid[4] name[s] size[4]; size 0 asks for the length only. */
export class Tgetxattr implements Message {
  fid = 0;
  name = "";
  size = 0;

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
    this.name = codec.string(this.name, MAX_XATTR_NAME_BYTES);
    this.size = codec.u32(this.size);
  }
}

/** size[4] count[4] value[count]. */
export class Rgetxattr implements Message {
  size = 0;
  readonly value = new DataSpan();

  fields(codec: Codec): void {
    this.size = codec.u32(this.size);
    codec.data(this.value, MAX_XATTR_VALUE_BYTES);
  }
}

/** fid[4] name[s] flags[4] count[4] value[count]. */
export class Tsetxattr implements Message {
  fid = 0;
  name = "";
  flags = 0;
  readonly value = new DataSpan();

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
    this.name = codec.string(this.name, MAX_XATTR_NAME_BYTES);
    this.flags = codec.u32(this.flags);
    codec.data(this.value, MAX_XATTR_VALUE_BYTES);
  }
}

/** fid[4] size[4]; size 0 asks for the length only. */
export class Tlistxattr implements Message {
  fid = 0;
  size = 0;

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
    this.size = codec.u32(this.size);
  }
}

/** size[4] count[4] names[count], each with its NUL. */
export class Rlistxattr implements Message {
  size = 0;
  readonly names = new DataSpan();

  fields(codec: Codec): void {
    this.size = codec.u32(this.size);
    codec.data(this.names, MAX_XATTR_VALUE_BYTES);
  }
}

/** fid[4] name[s]. */
export class Tremovexattr implements Message {
  fid = 0;
  name = "";

  fields(codec: Codec): void {
    this.fid = codec.u32(this.fid);
    this.name = codec.string(this.name, MAX_XATTR_NAME_BYTES);
  }
}
