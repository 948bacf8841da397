/** setxattr(2), getxattr(2), listxattr(2), removexattr(2) and their forms for links and descriptors: xattr(7). */
import { E2BIG, EINVAL, ENAMETOOLONG, ERANGE, type Errno } from "../../../shared/abi/errno.ts";
import { AT_SYMLINK_NOFOLLOW, XATTR_CREATE, XATTR_REPLACE } from "../../../shared/abi/fcntl.ts";
import { XATTR_LIST_MAX, XATTR_NAME_MAX, XATTR_SIZE_MAX } from "../../../shared/abi/limits.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import type { VirtualFilesystem } from "../vfs/virtual_filesystem.ts";
import { XATTR_FLAGS } from "./file_formats.ts";
import { fileOf } from "./paths.ts";
import { fd, flags, inBuffer, outBuffer, path, type RowTable, size, string, supported } from "./row.ts";

/** What a call is about: a path, or an open file. */
type Target = { readonly path: string; readonly atFlags: number } | FileDescription;

function pathTarget(task: Task, args: SyscallArgs, atFlags: number): Target | Errno {
  const text = task.memory.copyInPath(args.addr(0));
  return typeof text === "number" ? text : { path: text, atFlags };
}

function followed(task: Task, args: SyscallArgs): Target | Errno {
  return pathTarget(task, args, 0);
}

function notFollowed(task: Task, args: SyscallArgs): Target | Errno {
  return pathTarget(task, args, AT_SYMLINK_NOFOLLOW);
}

function opened(task: Task, args: SyscallArgs): Target | Errno {
  return fileOf(task, args.int(0));
}

type FindTarget = (task: Task, args: SyscallArgs) => Target | Errno;

/** The name in argument 1: -ERANGE if it is empty or too long. */
function nameOf(task: Task, args: SyscallArgs): string | Errno {
  const name = task.memory.copyInString(args.addr(1), XATTR_NAME_MAX);
  if (typeof name === "number") return name === -ENAMETOOLONG ? -ERANGE : name;
  return name === "" ? -ERANGE : name;
}

function set(find: FindTarget): (task: Task, args: SyscallArgs) => Result {
  return (task, args) => {
    const xattrFlags = args.int(4);
    if ((xattrFlags & ~(XATTR_CREATE | XATTR_REPLACE)) !== 0) return -EINVAL;
    const name = nameOf(task, args);
    if (typeof name === "number") return name;
    const bytes = args.size(3);
    if (bytes > XATTR_SIZE_MAX) return -E2BIG;
    const value = new Uint8Array(bytes);
    const failed = task.memory.copyIn(args.addr(2), value, 0, bytes);
    if (failed < 0) return failed;
    const target = find(task, args);
    if (typeof target === "number") return target;
    const context = task.vfsContext;
    const { vfs } = task.kernel;
    if (!("atFlags" in target)) return vfs.setXattrOf(context, target, name, value, xattrFlags);
    return vfs.setXattrAt(context, context.cwd, target.path, target.atFlags, name, value, xattrFlags);
  };
}

function get(find: FindTarget): (task: Task, args: SyscallArgs) => Result {
  return (task, args) => {
    const name = nameOf(task, args);
    if (typeof name === "number") return name;
    const target = find(task, args);
    if (typeof target === "number") return target;
    const value = read(task.kernel.vfs, task, target, name);
    if (typeof value === "number") return value;
    return send(task, args.addr(2), args.size(3), value);
  };
}

function read(vfs: VirtualFilesystem, task: Task, target: Target, name: string): Uint8Array | Errno {
  const context = task.vfsContext;
  if (!("atFlags" in target)) return vfs.getXattrOf(context, target, name);
  return vfs.getXattrAt(context, context.cwd, target.path, target.atFlags, name);
}

/** The length; with room 0 nothing else, with too little -ERANGE. */
function send(task: Task, address: number, room: number, value: Uint8Array): Result {
  if (room === 0) return value.length;
  if (value.length > room) return -ERANGE;
  const failed = task.memory.copyOut(address, value, 0, value.length);
  return failed < 0 ? failed : value.length;
}

function list(find: FindTarget): (task: Task, args: SyscallArgs) => Result {
  return (task, args) => {
    const target = find(task, args);
    if (typeof target === "number") return target;
    const context = task.vfsContext;
    const { vfs } = task.kernel;
    const names =
      "atFlags" in target
        ? vfs.listXattrAt(context, context.cwd, target.path, target.atFlags)
        : vfs.listXattrOf(context, target);
    if (typeof names === "number") return names;
    const text = names.map((name) => `${name}\0`).join("");
    if (text.length > XATTR_LIST_MAX) return -E2BIG;
    return send(task, args.addr(1), args.size(2), Buffer.from(text, "latin1"));
  };
}

function remove(find: FindTarget): (task: Task, args: SyscallArgs) => Result {
  return (task, args) => {
    const name = nameOf(task, args);
    if (typeof name === "number") return name;
    const target = find(task, args);
    if (typeof target === "number") return target;
    const context = task.vfsContext;
    const { vfs } = task.kernel;
    if (!("atFlags" in target)) return vfs.removeXattrOf(context, target, name);
    return vfs.removeXattrAt(context, context.cwd, target.path, target.atFlags, name);
  };
}

const setFlags = flags(XATTR_FLAGS);

export const xattrRows: RowTable = {
  188: supported("setxattr", set(followed), [path, string, inBuffer(3), size, setFlags]),
  189: supported("lsetxattr", set(notFollowed), [path, string, inBuffer(3), size, setFlags]),
  190: supported("fsetxattr", set(opened), [fd, string, inBuffer(3), size, setFlags]),
  191: supported("getxattr", get(followed), [path, string, outBuffer(3), size]),
  192: supported("lgetxattr", get(notFollowed), [path, string, outBuffer(3), size]),
  193: supported("fgetxattr", get(opened), [fd, string, outBuffer(3), size]),
  194: supported("listxattr", list(followed), [path, outBuffer(2), size]),
  195: supported("llistxattr", list(notFollowed), [path, outBuffer(2), size]),
  196: supported("flistxattr", list(opened), [fd, outBuffer(2), size]),
  197: supported("removexattr", remove(followed), [path, string]),
  198: supported("lremovexattr", remove(notFollowed), [path, string]),
  199: supported("fremovexattr", remove(opened), [fd, string]),
};
