/** Treaddir. */

import { DT_UNKNOWN } from "../../../shared/abi/dirent.ts";
import { EINVAL } from "../../../shared/abi/errno.ts";
import { O_DIRECTORY, O_RDONLY } from "../../../shared/abi/fcntl.ts";
import { S_IFMT } from "../../../shared/abi/stat.ts";
import { Writer } from "../../../shared/p9/codec.ts";
import { MAX_NAME_BYTES } from "../../../shared/p9/limits.ts";
import { Treaddir as READDIR } from "../../../shared/p9/message_type.ts";
import { DirEntry, Rreaddir, Treaddir } from "../../../shared/p9/messages_open.ts";
import { DirectoryReader } from "../hostfs/directory_reader.ts";
import { row } from "../server/checks.ts";
import type { Fid } from "../server/fid.ts";
import type { Session } from "../server/session.ts";

/** end[1] count[4] before the entries. */
const HEAD_BYTES = 5;

export const READDIR_ROWS = [
  row({
    type: READDIR,
    request: Treaddir,
    reply: Rreaddir,
    fid: (q) => q.fid,
    kind: "directory",
    changes: false,
    run: readdir,
  }),
];

// Used within one call only.
const entry = new DirEntry();
const writer = new Writer();

/**
 * A directory that isn't open is opened for this one exchange: most fit in a reply, and their clients save two exchanges. Who
 * wants more goes on with an open fid.
 */
function readdir(session: Session, fid: Fid, request: Treaddir, reply: Rreaddir): number {
  if (fid.directory !== null) return readEntries(session, fid, fid.directory, request, reply);
  const { host } = session;
  const fd = host.reopen(fid.fd, O_RDONLY | O_DIRECTORY);
  if (fd < 0) return fd;
  const result = readEntries(session, fid, new DirectoryReader(host, fd), request, reply);
  host.close(fd);
  return result;
}

/** Writes entries straight into the reply's place, as long as they fit. */
function readEntries(session: Session, fid: Fid, reader: DirectoryReader, request: Treaddir, reply: Rreaddir): number {
  const withAttr = request.plus !== 0;
  const start = session.dataStart(HEAD_BYTES);
  const room = Math.min(request.count, session.dataRoom(HEAD_BYTES));
  const sought = reader.seek(request.offset);
  if (sought < 0) return sought;
  writer.reset(session.reply.memory, start, room);
  let used = 0;
  reply.end = 0;
  for (;;) {
    const found = reader.peek();
    if (found < 0 && used === 0) return found;
    if (found <= 0) {
      reply.end = found === 0 ? 1 : 0;
      break;
    }
    // A name that the protocol has no room for can't be told, and need not stop the rest.
    if (reader.name.length > MAX_NAME_BYTES) {
      reader.advance();
      continue;
    }
    describe(session, fid.fd, reader, withAttr);
    entry.fields(writer, withAttr);
    if (writer.failed) {
      // Not even one entry: the client would take an empty reply for the end.
      if (used === 0) return -EINVAL;
      break;
    }
    used = writer.position - start;
    reader.advance();
  }
  reply.data.set(session.reply.memory, start, used);
  return 0;
}

/** Fills in the entry record from the reader's current entry. */
function describe(session: Session, directory: number, reader: DirectoryReader, withAttr: boolean): void {
  entry.ino = reader.ino;
  entry.offset = reader.position + 1;
  entry.type = reader.type;
  entry.name = reader.name;
  entry.attr.valid = 0;
  if (!withAttr && entry.type !== DT_UNKNOWN) return;
  // An entry that vanished meanwhile is told without attributes.
  if (session.host.getEntryAttr(directory, entry.name, entry.attr) < 0) entry.attr.valid = 0;
  else entry.type = (entry.attr.mode & S_IFMT) >> 12;
}
