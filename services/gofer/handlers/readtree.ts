/**
 * Treadtree: the directories in a directory, from one of them on, and those below each, as `find` would go through them.
 *
 * A directory that can't be read, or lies on another mount, is left out; its client comes and asks when it gets there.
 */

import { DT_DIR, DT_UNKNOWN } from "../../../shared/abi/dirent.ts";
import { O_DIRECTORY, O_RDONLY } from "../../../shared/abi/fcntl.ts";
import { S_IFMT } from "../../../shared/abi/stat.ts";
import { Writer } from "../../../shared/p9/codec.ts";
import { MAX_NAME_BYTES, MAX_TREE_DIRECTORIES } from "../../../shared/p9/limits.ts";
import { Treadtree as READTREE } from "../../../shared/p9/message_type.ts";
import { DirEntry, Rreadtree, Treadtree, TreeDirectory } from "../../../shared/p9/messages_tree.ts";
import { DirectoryReader } from "../hostfs/directory_reader.ts";
import { row } from "../server/checks.ts";
import type { Fid } from "../server/fid.ts";
import type { Session } from "../server/session.ts";

/** count[4] before the records. */
const HEAD_BYTES = 4;
/** Of a TreeDirectory's own fields the last one. */
const COUNT_BYTES = 4;
/** Each level holds a descriptor; they come out of those that are kept for single requests. */
const MAX_DEPTH = 16;

export const READTREE_ROWS = [
  row({
    type: READTREE,
    request: Treadtree,
    reply: Rreadtree,
    fid: (q) => q.fid,
    kind: "directory",
    changes: false,
    run: readTree,
  }),
];

// Used within one call only.
const writer = new Writer();
const head = new TreeDirectory();
const entry = new DirEntry();
/** How many directories have been told, and how many may be. */
let told = 0;
let limit = 0;
/** Whether entries are told with attributes. */
let withAttr = false;

function readTree(session: Session, fid: Fid, request: Treadtree, reply: Rreadtree): number {
  const start = session.dataStart(HEAD_BYTES);
  writer.reset(session.reply.memory, start, Math.min(request.count, session.dataRoom(HEAD_BYTES)));
  told = 0;
  withAttr = request.plus !== 0;
  limit = Math.min(request.directories, MAX_TREE_DIRECTORIES);
  const fd = session.host.reopen(fid.fd, O_RDONLY | O_DIRECTORY);
  if (fd < 0) return fd;
  const names: string[] = [];
  const result = readNames(session, fd, (found) => {
    if (found.type === DT_DIR && (names.length > 0 || found.name === request.from)) names.push(found.name);
  });
  if (result === 0) readBranches(session, fd, 0, names, MAX_DEPTH);
  session.host.close(fd);
  if (result < 0) return result;
  reply.data.set(session.reply.memory, start, writer.position - start);
  return 0;
}

/** Tells of the directories `names` in `fd`, the `parent`th one told of, and of all below each. */
function readBranches(session: Session, fd: number, parent: number, names: readonly string[], depth: number): void {
  for (const name of names) {
    if (told >= limit || writer.failed) return;
    const child = session.host.openDirectoryEntry(fd, name);
    if (child < 0) continue;
    const before = writer.position;
    const below: string[] = [];
    if (readOne(session, child, parent, name, below) < 0 || writer.failed) {
      writer.position = before;
    } else {
      told++;
      if (depth > 0) readBranches(session, child, told, below, depth - 1);
    }
    session.host.close(child);
  }
}

/** Writes one directory's record; `below` gets the names of the directories in it. */
function readOne(session: Session, fd: number, parent: number, name: string, below: string[]): number {
  const got = session.host.getAttr(fd, head.attr);
  if (got < 0) return got;
  head.parent = parent;
  head.name = name;
  head.count = 0;
  head.fields(writer);
  const countAt = writer.position - COUNT_BYTES;
  const result = readNames(session, fd, (found) => {
    entry.attr.valid = 0;
    if (withAttr && session.host.getEntryAttr(fd, entry.name, entry.attr) < 0) entry.attr.valid = 0;
    found.fields(writer, withAttr);
    head.count++;
    if (found.type === DT_DIR) below.push(found.name);
  });
  if (result === 0 && !writer.failed) writer.patchU32(countAt, head.count);
  return result;
}

/** Calls `onEntry` with each entry of the directory; the record is reused. */
function readNames(session: Session, fd: number, onEntry: (entry: DirEntry) => void): number {
  const reader = new DirectoryReader(session.host, fd);
  for (;;) {
    const found = reader.peek();
    if (found <= 0) return found;
    reader.advance();
    if (reader.name.length > MAX_NAME_BYTES) continue;
    entry.ino = reader.ino;
    entry.offset = reader.position;
    entry.type = reader.type;
    entry.name = reader.name;
    if (entry.type === DT_UNKNOWN && session.host.getEntryAttr(fd, entry.name, entry.attr) === 0) {
      entry.type = (entry.attr.mode & S_IFMT) >> 12;
    }
    onEntry(entry);
  }
}
