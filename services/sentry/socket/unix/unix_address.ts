/** Names of Unix sockets: paths, abstract names, and none. unix(7). */
import { ECONNREFUSED, EINVAL, EPROTOTYPE, type Errno } from "../../../../shared/abi/errno.ts";
import { AF_UNIX, UNIX_PATH_MAX } from "../../../../shared/abi/socket.ts";
import { S_IFMT, S_IFSOCK } from "../../../../shared/abi/stat.ts";
import type { Task } from "../../kernel/task.ts";
import { MAY_WRITE } from "../../vfs/permissions.ts";
import type { Inode } from "../../vfs/types.ts";
import type { UnixSocket } from "./unix_socket.ts";

/** Bytes before sun_path. */
export const PATH_OFFSET = 2;

/** Sockets with abstract names: as on Linux each type of socket has names of its own. */
const abstractNames = new Map<string, UnixSocket>();
let nextAutobind = 1;

/** The name in a sockaddr_un: "" for none, a leading NUL for an abstract one, else a path. -EINVAL if it is no such address. */
export function parseName(address: Uint8Array): string | Errno {
  if (address.length < PATH_OFFSET || address.length > PATH_OFFSET + UNIX_PATH_MAX) return -EINVAL;
  if ((address[0] | (address[1] << 8)) !== AF_UNIX) return -EINVAL;
  const text = Buffer.from(address.buffer, address.byteOffset + PATH_OFFSET, address.length - PATH_OFFSET).toString(
    "latin1",
  );
  if (text.charCodeAt(0) === 0) return text;
  const nul = text.indexOf("\0");
  return nul < 0 ? text : text.slice(0, nul);
}

export function isAbstract(name: string): boolean {
  return name.charCodeAt(0) === 0;
}

/** The sockaddr_un of `name`; a path has its NUL. */
export function addressOf(name: string): Uint8Array {
  const text = name === "" || isAbstract(name) ? name : `${name}\0`;
  const address = new Uint8Array(PATH_OFFSET + text.length);
  address[0] = AF_UNIX;
  for (let i = 0; i < text.length; i++) address[PATH_OFFSET + i] = text.charCodeAt(i);
  return address;
}

function keyOf(name: string, type: number): string {
  return `${type}${name}`;
}

/** Takes an abstract name; false if it is taken. */
export function registerAbstract(name: string, socket: UnixSocket): boolean {
  const key = keyOf(name, socket.type);
  if (abstractNames.has(key)) return false;
  abstractNames.set(key, socket);
  return true;
}

export function forgetAbstract(name: string, socket: UnixSocket): void {
  const key = keyOf(name, socket.type);
  if (abstractNames.get(key) === socket) abstractNames.delete(key);
}

/** A free name of five hexadecimal digits: autobind. */
export function freeAbstractName(type: number): string {
  for (;;) {
    const name = `\0${nextAutobind.toString(16).padStart(5, "0")}`;
    nextAutobind = (nextAutobind + 1) & 0xfffff;
    if (!abstractNames.has(keyOf(name, type))) return name;
  }
}

/** The socket of `type` that is bound to `name`: -ECONNREFUSED if there is none (for a path, none behind the file), -EPROTOTYPE if it is of another. */
export function findSocket(task: Task, name: string, type: number): UnixSocket | Errno {
  if (name === "") return -EINVAL;
  if (isAbstract(name)) return abstractNames.get(keyOf(name, type)) ?? -ECONNREFUSED;
  const { vfs } = task.kernel;
  const place = vfs.resolve(task.vfsContext, task.vfsContext.cwd, name);
  if (typeof place === "number") return place;
  const inode = place.dentry.inode as Inode;
  const allowed = inode.checkPermission(task.vfsContext, MAY_WRITE);
  if (allowed < 0) return allowed;
  if ((inode.mode & S_IFMT) !== S_IFSOCK) return -ECONNREFUSED;
  const socket = inode.boundSocket as UnixSocket | null;
  if (socket === null) return -ECONNREFUSED;
  return socket.type === type ? socket : -EPROTOTYPE;
}
