/** Builds the sandbox's first mount namespace from the boot request. */
import { EEXIST, EINVAL, ENODEV, isErrno } from "../../../shared/abi/errno.ts";
import { MS_BIND, MS_RDONLY } from "../../../shared/abi/mount.ts";
import { S_IFDIR, S_IFMT } from "../../../shared/abi/stat.ts";
import type { BootRequest, MountSpec } from "../../../shared/urpc/sandbox_protocol.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { Credentials } from "../vfs/credentials.ts";
import type { MountNamespace } from "../vfs/mount_namespace.ts";
import type { Filesystem, VfsContext, VfsPath } from "../vfs/types.ts";
import { BootError, must } from "./boot_error.ts";
import { type ParsedOptions, parseOptions } from "./mount_options.ts";

/** Makes the filesystem of a mount that isn't a bind. */
export type FilesystemMaker = (spec: MountSpec, options: ParsedOptions, context: VfsContext) => Filesystem;

/** Where the kernel itself stands: root, with every capability, at the root of the namespace. */
export function kernelContext(root: VfsPath): VfsContext {
  return { credentials: Credentials.root(), root, cwd: root, umask: 0, fileSizeLimit: Number.POSITIVE_INFINITY };
}

/** A context for making the first filesystem, when there is no root yet: whatever it is handed to must not resolve names. */
export function rootlessContext(): VfsContext {
  const nowhere = null as unknown as VfsPath;
  return {
    credentials: Credentials.root(),
    root: nowhere,
    cwd: nowhere,
    umask: 0,
    fileSizeLimit: Number.POSITIVE_INFINITY,
  };
}

export function buildMounts(kernel: Kernel, request: BootRequest, make: FilesystemMaker): MountNamespace {
  const [first, ...rest] = request.mounts;
  if (first === undefined || first.destination !== "/") throw new BootError(EINVAL, 'the first mount is not "/"', true);
  const options = parseOptions(first.options);
  const root = make(first, options, rootlessContext());
  const namespace = kernel.vfs.newNamespace(root, options.flags & ~MS_RDONLY, sourceOf(first));
  const context = kernelContext(namespace.root.rootPath);
  for (const spec of rest) addMount(kernel, context, spec, make);
  for (const path of request.maskedPaths) maskPath(kernel, context, path);
  for (const path of request.readonlyPaths) makeReadOnly(kernel, context, path);
  if (request.rootReadOnly || (options.flags & MS_RDONLY) !== 0) namespace.root.flags |= MS_RDONLY;
  return namespace;
}

function sourceOf(spec: MountSpec): string {
  return spec.source === "" ? (spec.type === "gofer" ? "none" : spec.type) : spec.source;
}

function addMount(kernel: Kernel, context: VfsContext, spec: MountSpec, make: FilesystemMaker): void {
  const options = parseOptions(spec.options);
  const what = `mount ${spec.type} at ${spec.destination}`;
  if (spec.type === "bind") {
    const source = must(kernel.vfs.resolve(context, context.root, spec.source), `${what}: ${spec.source}`);
    makeMountPoint(kernel, context, spec.destination, isDirectory(source));
    const flags = MS_BIND | options.flags;
    must(kernel.vfs.mountAt(context, spec.source, context.root, spec.destination, "", flags, ""), what);
    return;
  }
  const filesystem = make(spec, options, context);
  const at = makeMountPoint(kernel, context, spec.destination, isDirectoryInode(filesystem.root.inode));
  kernel.vfs.mountFilesystem(filesystem, at, options.flags, sourceOf(spec));
}

function isDirectoryInode(inode: { mode: number } | null): boolean {
  return inode !== null && (inode.mode & S_IFMT) === S_IFDIR;
}

function isDirectory(path: VfsPath): boolean {
  return isDirectoryInode(path.dentry.inode);
}

/**
 * The place of a mount, made if it is missing. Symbolic links on the way are followed inside the sandbox's own root and can't lead out of it.
 */
function makeMountPoint(kernel: Kernel, context: VfsContext, destination: string, directory: boolean): VfsPath {
  const found = kernel.vfs.resolve(context, context.root, destination);
  if (!isErrno(found)) return found;
  const names = destination.split("/").filter((name) => name !== "" && name !== ".");
  let path = "";
  names.forEach((name, index) => {
    path += `/${name}`;
    const isLast = index === names.length - 1;
    const made =
      isLast && !directory
        ? kernel.vfs.mknodAt(context, context.root, path, 0o100644, 0)
        : kernel.vfs.mkdirAt(context, context.root, path, 0o755);
    if (made < 0 && made !== -EEXIST) throw new BootError(-made, `make the mount point ${path}`);
  });
  return must(kernel.vfs.resolve(context, context.root, destination), `mount point ${destination}`);
}

/** OCI maskedPaths: a file shows /dev/null, a directory an empty one; what isn't there needs no mask. */
function maskPath(kernel: Kernel, context: VfsContext, path: string): void {
  const found = kernel.vfs.resolve(context, context.root, path);
  if (isErrno(found)) return;
  const { vfs } = kernel;
  if (!isDirectory(found)) {
    must(vfs.mountAt(context, "/dev/null", context.root, path, "", MS_BIND, ""), `mask ${path}`);
    return;
  }
  must(vfs.mountAt(context, "tmpfs", context.root, path, "tmpfs", MS_RDONLY, "size=0k"), `mask ${path}`);
}

/** OCI readonlyPaths. */
function makeReadOnly(kernel: Kernel, context: VfsContext, path: string): void {
  if (isErrno(kernel.vfs.resolve(context, context.root, path))) return;
  const MS_REMOUNT = 32;
  const { vfs } = kernel;
  must(vfs.mountAt(context, path, context.root, path, "", MS_BIND | 0x4000, ""), `read-only ${path}`);
  must(vfs.mountAt(context, "", context.root, path, "", MS_BIND | MS_REMOUNT | MS_RDONLY, ""), `read-only ${path}`);
}

/** For a type that this sentry doesn't know. */
export function unknownType(spec: MountSpec): never {
  throw new BootError(ENODEV, `mount ${spec.destination}: unknown filesystem type ${JSON.stringify(spec.type)}`, true);
}
