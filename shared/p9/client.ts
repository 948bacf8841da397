/**
 * The client's side of every exchange: one method per message, results in records that the caller owns.
 *
 * Methods return 0 or a count, or -errno: the server's own, -EIO when the server's reply makes no sense (the server is not
 * trusted either), or the transport's. Fids are the caller's to choose: `allocateFid` and `releaseFid` keep the free ones.
 * A client has one exchange at a time; the replies' strings and numbers are copies, but data lies in the transport's memory
 * and is valid until the next call.
 */

import { EINVAL, EIO, EPROTO } from "../abi/errno.ts";
import { ATTR_BYTES, type Attr } from "./attr.ts";
import { type DataSpan, type Message, Reader, Writer } from "./codec.ts";
import { FidPool } from "./fid_pool.ts";
import { type Header, readFields, readHeader, writeMessage } from "./frame.ts";
import { HEADER_BYTES, MAX_FIDS, MAX_PATH_BYTES, MIN_MSIZE, NOFID, NOTAG, P9_VERSION } from "./limits.ts";
import * as type from "./message_type.ts";
import * as attr from "./messages_attr.ts";
import * as names from "./messages_names.ts";
import * as open from "./messages_open.ts";
import * as session from "./messages_session.ts";
import * as tree from "./messages_tree.ts";
import * as xattr from "./messages_xattr.ts";
import { checkName } from "./names.ts";
import type { P9Transport } from "./transport.ts";

/** The largest head of a message that carries data: its frame, its fields and, for xattrs, a name. */
const DATA_HEAD_BYTES = 512;

/** What an attach tells of the served directory. */
export interface AttachResult {
  readonly: boolean;
  readonly attr: Attr;
}

/** What a walk found: `attrs` of the first `count` components; see Rwalkgetattr for `ecode` and `target`. */
export type WalkResult = attr.Rwalkgetattr;

/**
 * What opening gave: the file's attributes after the open, and the donated descriptor, -1 if none. With a descriptor the fid that
 * the file was to be opened as stays free: the descriptor takes its place, and closing it is all there is to do.
 */
export interface OpenResult {
  fd: number;
  readonly attr: Attr;
}

/** Ownership and mode of a file to be made. */
export interface NewFile {
  mode: number;
  uid: number;
  gid: number;
}

/** What Tsetattr shall change: SETATTR_* in `valid`, and the fields they name. */
export type SetAttr = Pick<
  attr.Tsetattr,
  "valid" | "mode" | "uid" | "gid" | "size" | "atimeSec" | "atimeNsec" | "mtimeSec" | "mtimeNsec"
>;

export class P9Client {
  readonly #transport: P9Transport;
  readonly #writer = new Writer();
  readonly #reader = new Reader();
  readonly #header: Header = { type: 0, tag: 0 };
  readonly #fids = new FidPool();
  readonly #error = new session.Rlerror();
  readonly #empty = new session.Rempty();
  #msize = MIN_MSIZE;

  // One request and one reply of each kind, used over and over.
  readonly #walk = new attr.Twalkgetattr();
  readonly #getattr = new attr.Tgetattr();
  readonly #gotattr = new attr.Rgetattr();
  readonly #multigetattr = new attr.Tmultigetattr();
  readonly #multigotattr = new attr.Rmultigetattr();
  readonly #setattr = new attr.Tsetattr();
  readonly #lopen = new open.Tlopen();
  readonly #walkopen = new open.Twalkopen();
  readonly #lopened = new open.Rlopen();
  readonly #lcreate = new open.Tlcreate();
  readonly #read = new open.Tread();
  readonly #data = new open.Rread();
  readonly #write = new open.Twrite();
  readonly #written = new open.Rwrite();
  readonly #readdir = new open.Treaddir();
  readonly #entries = new open.Rreaddir();
  readonly #entry = new open.DirEntry();
  readonly #clunk = new session.Tclunk();
  readonly #made = new names.Rmade();

  constructor(transport: P9Transport) {
    this.#transport = transport;
  }

  /** The largest number of bytes that one `read` or `write` moves. */
  get maxData(): number {
    return this.#msize - DATA_HEAD_BYTES;
  }

  allocateFid(): number {
    return this.#fids.allocate();
  }

  /** Gives a fid number back; the server must have let it go, or never have had it. */
  releaseFid(fid: number): void {
    this.#fids.release(fid);
  }

  /** Starts the session: agrees on version and message size. */
  version(): number {
    const request = new session.Tversion();
    const reply = new session.Rversion();
    request.msize = this.#transport.capacity;
    request.version = P9_VERSION;
    const result = this.#exchange(type.Tversion, request, reply, NOTAG);
    if (result < 0) return result;
    if (reply.version !== P9_VERSION || reply.msize < MIN_MSIZE || reply.msize > request.msize) return -EPROTO;
    this.#msize = reply.msize;
    return 0;
  }

  /** Makes `fid` the root of the served directory `name`. */
  attach(fid: number, name: string, out: AttachResult): number {
    const request = new session.Tattach();
    const reply = new session.Rattach();
    request.fid = fid;
    request.afid = NOFID;
    request.aname = name;
    const result = this.#exchange(type.Tattach, request, reply);
    if (result < 0) return result;
    out.readonly = reply.readonly !== 0;
    out.attr.copyFrom(reply.attr);
    return 0;
  }

  /** Lets one fid go, and its number. */
  clunk(fid: number): number {
    this.#clunk.fid = fid;
    const result = this.#exchange(type.Tclunk, this.#clunk, this.#empty);
    this.#fids.release(fid);
    return result;
  }

  /** Lets many fids go, and their numbers, in as few exchanges as they need. */
  clunkMany(fids: readonly number[]): number {
    const request = new session.Tclunkmany();
    let worst = 0;
    for (let i = 0; i < fids.length; i += MAX_FIDS) {
      request.fids.length = 0;
      for (let j = i; j < fids.length && j < i + MAX_FIDS; j++) {
        request.fids.push(fids[j]);
        this.#fids.release(fids[j]);
      }
      const result = this.#exchange(type.Tclunkmany, request, this.#empty);
      if (result < 0) worst = result;
    }
    return worst;
  }

  /**
   * Walks `names` from `fid`; component i becomes newfids[i] (NOFID: attributes only). Returns the number of components walked,
   * and the whole story in `out`. An error is returned only if nothing could be tried.
   */
  walkGetAttr(fid: number, names: readonly string[], newfids: readonly number[], out: WalkResult): number {
    const request = this.#walk;
    request.fid = fid;
    request.names.length = names.length;
    request.newfids.length = names.length;
    for (let i = 0; i < names.length; i++) {
      const checked = checkName(names[i]);
      if (checked < 0) return checked;
      request.names[i] = names[i];
      request.newfids[i] = newfids[i];
    }
    const result = this.#exchange(type.Twalkgetattr, request, out);
    if (result < 0) return result;
    return out.count > names.length ? -EIO : out.count;
  }

  /** Attributes of `fid` (ATTR_* wanted in `mask`). */
  getAttr(fid: number, mask: number, out: Attr): number {
    this.#getattr.fid = fid;
    this.#getattr.mask = mask;
    const result = this.#exchange(type.Tgetattr, this.#getattr, this.#gotattr);
    if (result === 0) out.copyFrom(this.#gotattr.attr);
    return result;
  }

  /**
   * Attributes of many fids: out[i] those of fids[i], and errors[i] 0 or -errno. As many exchanges as it takes.
   */
  multiGetAttr(fids: readonly number[], out: readonly Attr[], errors: number[]): number {
    const request = this.#multigetattr;
    const reply = this.#multigotattr;
    const perCall = Math.min(MAX_FIDS, Math.floor((this.#msize - HEADER_BYTES - 2) / (ATTR_BYTES + 4)));
    for (let i = 0; i < fids.length; i += perCall) {
      request.fids.length = 0;
      for (let j = i; j < fids.length && j < i + perCall; j++) request.fids.push(fids[j]);
      const result = this.#exchange(type.Tmultigetattr, request, reply);
      if (result < 0) return result;
      if (reply.count !== request.fids.length) return -EIO;
      for (let j = 0; j < reply.count; j++) {
        errors[i + j] = -reply.ecodes[j];
        out[i + j].copyFrom(reply.attrs[j]);
      }
    }
    return 0;
  }

  /** Changes attributes; `out` gets them as they are afterwards. */
  setAttr(fid: number, change: SetAttr, out: Attr): number {
    const request = this.#setattr;
    const reply = this.#gotattr;
    request.fid = fid;
    request.valid = change.valid;
    request.mode = change.mode;
    request.uid = change.uid;
    request.gid = change.gid;
    request.size = change.size;
    request.atimeSec = change.atimeSec;
    request.atimeNsec = change.atimeNsec;
    request.mtimeSec = change.mtimeSec;
    request.mtimeNsec = change.mtimeNsec;
    const result = this.#exchange(type.Tsetattr, request, reply);
    if (result === 0) out.copyFrom(reply.attr);
    return result;
  }

  /** Where a symbolic link leads, or -errno. */
  readlink(fid: number): string | number {
    const request = new attr.Treadlink();
    const reply = new attr.Rreadlink();
    request.fid = fid;
    const result = this.#exchange(type.Treadlink, request, reply);
    return result < 0 ? result : reply.target;
  }

  statfs(fid: number, out: attr.Rstatfs): number {
    const request = new attr.Tstatfs();
    request.fid = fid;
    return this.#exchange(type.Tstatfs, request, out);
  }

  /** Opens `fid` as `newfid` with open(2) flags; `donate` asks for the descriptor itself too. */
  open(fid: number, newfid: number, flags: number, donate: boolean, out: OpenResult): number {
    const request = this.#lopen;
    const reply = this.#lopened;
    out.fd = -1;
    request.fid = fid;
    request.newfid = newfid;
    request.flags = flags;
    request.donate = donate ? 1 : 0;
    const result = this.#exchange(type.Tlopen, request, reply);
    if (result < 0) return result;
    out.attr.copyFrom(reply.attr);
    return this.#takeDonated(reply.donated, newfid, out);
  }

  /** As `open`, of the entry `name` of the directory `dfid`. */
  walkOpen(dfid: number, name: string, newfid: number, flags: number, donate: boolean, out: OpenResult): number {
    const checked = checkName(name);
    if (checked < 0) return checked;
    const request = this.#walkopen;
    const reply = this.#lopened;
    out.fd = -1;
    request.fid = dfid;
    request.name = name;
    request.newfid = newfid;
    request.flags = flags;
    request.donate = donate ? 1 : 0;
    const result = this.#exchange(type.Twalkopen, request, reply);
    if (result < 0) return result;
    out.attr.copyFrom(reply.attr);
    return this.#takeDonated(reply.donated, newfid, out);
  }

  /** Creates a regular file as `newfid` (NOFID: not wanted) and opens it as `openfid`. */
  create(
    dfid: number,
    name: string,
    newfid: number,
    openfid: number,
    flags: number,
    file: NewFile,
    donate: boolean,
    out: OpenResult,
  ): number {
    const checked = checkName(name);
    if (checked < 0) return checked;
    const request = this.#lcreate;
    const reply = this.#lopened;
    out.fd = -1;
    request.dfid = dfid;
    request.newfid = newfid;
    request.openfid = openfid;
    request.name = name;
    request.flags = flags;
    request.mode = file.mode;
    request.uid = file.uid;
    request.gid = file.gid;
    request.donate = donate ? 1 : 0;
    const result = this.#exchange(type.Tlcreate, request, reply);
    if (result < 0) return result;
    out.attr.copyFrom(reply.attr);
    return this.#takeDonated(reply.donated, openfid, out);
  }

  /** pread(2) into memory; at most `maxData` bytes. Returns the bytes read. */
  read(fid: number, memory: Uint8Array, start: number, length: number, offset: number): number {
    const request = this.#read;
    request.fid = fid;
    request.offset = offset;
    request.count = Math.min(length, this.maxData);
    const result = this.#exchange(type.Tread, request, this.#data);
    if (result < 0) return result;
    const data = this.#data.data;
    if (data.length > request.count) return -EIO;
    copyBytes(data, memory, start);
    return data.length;
  }

  /** pwrite(2) from memory; at most `maxData` bytes. Returns the bytes written. */
  write(fid: number, memory: Uint8Array, start: number, length: number, offset: number): number {
    const request = this.#write;
    request.fid = fid;
    request.offset = offset;
    request.data.set(memory, start, Math.min(length, this.maxData));
    const sent = request.data.length;
    const result = this.#exchange(type.Twrite, request, this.#written);
    request.data.clear();
    if (result < 0) return result;
    return this.#written.count > sent ? -EIO : this.#written.count;
  }

  /**
   * Reads the entries that follow `offset` (0: from the start) of an open directory, as many as fit one message and `count` bytes, and
   * calls `onEntry` with each; the record is reused. Returns 1 when the directory has no more, 0 when it may have.
   */
  readdir(
    fid: number,
    offset: number,
    plus: boolean,
    onEntry: (entry: open.DirEntry) => void,
    count = this.maxData,
  ): number {
    const request = this.#readdir;
    request.fid = fid;
    request.offset = offset;
    request.count = Math.min(count, this.maxData);
    request.plus = plus ? 1 : 0;
    const result = this.#exchange(type.Treaddir, request, this.#entries);
    if (result < 0) return result;
    const data = this.#entries.data;
    const end = this.#entries.end;
    // The entries are copied first: `onEntry` may make calls of its own over the same memory.
    const copy = data.memory.slice(data.start, data.start + data.length);
    const reader = new Reader();
    reader.reset(copy, 0, copy.length);
    while (reader.position < reader.limit) {
      this.#entry.fields(reader, plus);
      if (reader.failed) return -EIO;
      onEntry(this.#entry);
    }
    return end === 0 && data.length > 0 ? 0 : 1;
  }

  /**
   * Lists the directories in `fid` from the one called `from` on, and those below each, depth first, at most `directories` in all
   * and as many as fit `count` bytes. `onDirectory` is called for each one, and `onEntry` for each of its entries after it; the
   * records are reused. Returns the number of directories.
   */
  readTree(
    fid: number,
    from: string,
    directories: number,
    count: number,
    plus: boolean,
    onDirectory: (directory: tree.TreeDirectory) => void,
    onEntry: (entry: open.DirEntry) => void,
  ): number {
    const checked = checkName(from);
    if (checked < 0) return checked;
    const request = new tree.Treadtree();
    const reply = new tree.Rreadtree();
    request.fid = fid;
    request.from = from;
    request.directories = directories;
    request.plus = plus ? 1 : 0;
    request.count = Math.min(count, this.maxData);
    const result = this.#exchange(type.Treadtree, request, reply);
    if (result < 0) return result;
    const { data } = reply;
    const copy = data.memory.slice(data.start, data.start + data.length);
    const reader = new Reader();
    reader.reset(copy, 0, copy.length);
    const directory = new tree.TreeDirectory();
    let told = 0;
    while (reader.position < reader.limit) {
      directory.fields(reader);
      if (reader.failed || directory.parent > told) return -EIO;
      onDirectory(directory);
      told++;
      for (let i = 0; i < directory.count; i++) {
        this.#entry.fields(reader, plus);
        if (reader.failed) return -EIO;
        onEntry(this.#entry);
      }
    }
    return told;
  }

  fsync(fid: number, datasync: boolean): number {
    const request = new open.Tfsync();
    request.fid = fid;
    request.datasync = datasync ? 1 : 0;
    return this.#exchange(type.Tfsync, request, this.#empty);
  }

  /** fallocate(2). */
  allocate(fid: number, mode: number, offset: number, length: number): number {
    const request = new open.Tallocate();
    request.fid = fid;
    request.mode = mode;
    request.offset = offset;
    request.length = length;
    return this.#exchange(type.Tallocate, request, this.#empty);
  }

  /** Tries to take or drop a record lock: LOCK_SUCCESS or LOCK_BLOCKED, or -errno. */
  lock(fid: number, lockType: number, start: number, length: number): number {
    const request = new open.Tlock();
    const reply = new open.Rlock();
    request.fid = fid;
    request.type = lockType;
    request.start = start;
    request.length = length;
    const result = this.#exchange(type.Tlock, request, reply);
    return result < 0 ? result : reply.status;
  }

  mkdir(dfid: number, name: string, newfid: number, file: NewFile, out: Attr): number {
    const request = new names.Tmkdir();
    request.mode = file.mode;
    return this.#make(type.Tmkdir, request, dfid, name, newfid, file, out);
  }

  symlink(dfid: number, name: string, target: string, newfid: number, file: NewFile, out: Attr): number {
    if (target === "" || target.length >= MAX_PATH_BYTES) return -EINVAL;
    const request = new names.Tsymlink();
    request.target = target;
    return this.#make(type.Tsymlink, request, dfid, name, newfid, file, out);
  }

  /** mknod(2); `file.mode` says the type. */
  mknod(dfid: number, name: string, rdev: number, newfid: number, file: NewFile, out: Attr): number {
    const request = new names.Tmknod();
    request.mode = file.mode;
    request.rdev = rdev;
    return this.#make(type.Tmknod, request, dfid, name, newfid, file, out);
  }

  /** Makes another name for `fid`; `out` gets its attributes afterwards. */
  link(dfid: number, fid: number, name: string, out: Attr): number {
    const checked = checkName(name);
    if (checked < 0) return checked;
    const request = new names.Tlink();
    request.dfid = dfid;
    request.fid = fid;
    request.name = name;
    const result = this.#exchange(type.Tlink, request, this.#made);
    if (result === 0) out.copyFrom(this.#made.attr);
    return result;
  }

  /** renameat2(2). */
  renameAt(oldDfid: number, oldName: string, newDfid: number, newName: string, flags: number): number {
    const checked = Math.min(checkName(oldName), checkName(newName));
    if (checked < 0) return checked;
    const request = new names.Trenameat();
    request.olddfid = oldDfid;
    request.oldname = oldName;
    request.newdfid = newDfid;
    request.newname = newName;
    request.flags = flags;
    return this.#exchange(type.Trenameat, request, this.#empty);
  }

  /** unlinkat(2). */
  unlinkAt(dfid: number, name: string, flags: number): number {
    const checked = checkName(name);
    if (checked < 0) return checked;
    const request = new names.Tunlinkat();
    request.dfid = dfid;
    request.name = name;
    request.flags = flags;
    return this.#exchange(type.Tunlinkat, request, this.#empty);
  }

  /** Makes a listening unix socket on the host, if the attach point allows them; out.fd is the socket. */
  bind(dfid: number, name: string, newfid: number, socketType: number, file: NewFile, out: OpenResult): number {
    const request = new names.Tbind();
    request.type = socketType;
    request.mode = file.mode;
    out.fd = -1;
    const result = this.#make(type.Tbind, request, dfid, name, newfid, file, out.attr);
    return result < 0 ? result : this.#takeDonated(1, newfid, out);
  }

  /** Connects to the unix socket `fid` on the host, if the attach point allows them. Returns the descriptor. */
  connect(fid: number, socketType: number): number {
    const request = new names.Tconnect();
    request.fid = fid;
    request.type = socketType;
    const result = this.#exchange(type.Tconnect, request, this.#empty);
    return result < 0 ? result : this.#transport.receiveFd(fid);
  }

  /** getxattr(2): the value's length; up to `length` bytes of it are put in memory, -ERANGE if it is longer. */
  getXattr(fid: number, name: string, memory: Uint8Array, start: number, length: number): number {
    const request = new xattr.Tgetxattr();
    const reply = new xattr.Rgetxattr();
    request.fid = fid;
    request.name = name;
    request.size = length;
    const result = this.#exchange(type.Tgetxattr, request, reply);
    if (result < 0) return result;
    return takeSized(reply.size, reply.value, memory, start, length);
  }

  /** setxattr(2). */
  setXattr(fid: number, name: string, memory: Uint8Array, start: number, length: number, flags: number): number {
    const request = new xattr.Tsetxattr();
    request.fid = fid;
    request.name = name;
    request.flags = flags;
    request.value.set(memory, start, length);
    return this.#exchange(type.Tsetxattr, request, this.#empty);
  }

  /** listxattr(2): names with their NULs; as getXattr. */
  listXattr(fid: number, memory: Uint8Array, start: number, length: number): number {
    const request = new xattr.Tlistxattr();
    const reply = new xattr.Rlistxattr();
    request.fid = fid;
    request.size = length;
    const result = this.#exchange(type.Tlistxattr, request, reply);
    if (result < 0) return result;
    return takeSized(reply.size, reply.names, memory, start, length);
  }

  /** removexattr(2). */
  removeXattr(fid: number, name: string): number {
    const request = new xattr.Tremovexattr();
    request.fid = fid;
    request.name = name;
    return this.#exchange(type.Tremovexattr, request, this.#empty);
  }

  #make(
    messageType: number,
    request: names.Tmkdir | names.Tsymlink | names.Tmknod | names.Tbind,
    dfid: number,
    name: string,
    newfid: number,
    file: NewFile,
    out: Attr,
  ): number {
    const checked = checkName(name);
    if (checked < 0) return checked;
    request.dfid = dfid;
    request.newfid = newfid;
    request.name = name;
    request.uid = file.uid;
    request.gid = file.gid;
    const result = this.#exchange(messageType, request, this.#made);
    if (result === 0) out.copyFrom(this.#made.attr);
    return result;
  }

  #takeDonated(donated: number, tag: number, out: OpenResult): number {
    if (donated === 0) return 0;
    const fd = this.#transport.receiveFd(tag);
    if (fd < 0) return fd;
    out.fd = fd;
    return 0;
  }

  /** Sends a request and reads its reply: 0, the server's -errno, or -EIO for a reply that isn't one. */
  #exchange(messageType: number, request: Message, reply: Message, tag = 0): number {
    const { memory, offset, capacity } = this.#transport;
    const room = messageType === type.Tversion ? capacity : Math.min(capacity, this.#msize);
    const length = writeMessage(this.#writer, memory, offset, room, messageType, tag, request);
    if (length < 0) return length;
    const received = this.#transport.call(length);
    if (received < 0) return received;
    const header = this.#header;
    if (received > room || readHeader(this.#reader, memory, offset, received, header) < 0) return -EIO;
    if (header.tag !== tag) return -EIO;
    if (header.type === type.Rlerror) {
      if (readFields(this.#reader, this.#error) < 0) return -EIO;
      const ecode = this.#error.ecode;
      return ecode > 0 && ecode < 4096 ? -ecode : -EIO;
    }
    if (header.type !== messageType + 1 || readFields(this.#reader, reply) < 0) return -EIO;
    return 0;
  }
}

function copyBytes(from: DataSpan, memory: Uint8Array, start: number): void {
  memory.set(from.memory.subarray(from.start, from.start + from.length), start);
}

/** The value of a "give me the size, or the bytes" exchange. */
function takeSized(size: number, value: DataSpan, memory: Uint8Array, start: number, length: number): number {
  if (length === 0) return size;
  if (value.length > length) return -EIO;
  copyBytes(value, memory, start);
  return value.length;
}
