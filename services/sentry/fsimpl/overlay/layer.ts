/**
 * What a layer of an overlay says by convention: whiteouts, opaque directories.
 * Documentation/filesystems/overlayfs.rst.
 */
import type { Errno } from "../../../../shared/abi/errno.ts";
import { S_IFCHR, S_IFMT } from "../../../../shared/abi/stat.ts";
import { Credentials } from "../../vfs/credentials.ts";
import { type Inode, newAttributes, type VfsContext } from "../../vfs/types.ts";

const OPAQUE = "trusted.overlay.opaque";
/** Attributes of the overlay itself; never shown. */
export const PRIVATE_PREFIX = "trusted.overlay.";
const YES = Uint8Array.of(0x79);
const scratch = newAttributes();
const root = Credentials.root();

/** The caller's context with every privilege: what the overlay does of its own accord in a layer. */
export function layerContext(context: VfsContext): VfsContext {
  return {
    credentials: root,
    root: context.root,
    cwd: context.cwd,
    umask: 0,
    fileSizeLimit: Number.POSITIVE_INFINITY,
  };
}

/** A character device 0/0 says that the name doesn't exist in this layer nor below. */
export function isWhiteout(inode: Inode): boolean {
  if ((inode.mode & S_IFMT) !== S_IFCHR) return false;
  return inode.getAttributes(scratch) === 0 && scratch.rdev === 0;
}

export function makeWhiteout(context: VfsContext, directory: Inode, name: string): 0 | Errno {
  const made = directory.mknod(layerContext(context), name, S_IFCHR, 0);
  return typeof made === "number" ? (made as Errno) : 0;
}

/**
 * An opaque directory hides those of the same name in the layers below. `context` is not looked at by getXattr of
 * layers.
 */
export function isOpaque(context: VfsContext, directory: Inode): boolean {
  const value = directory.getXattr(context, OPAQUE);
  return typeof value !== "number" && value.length === 1 && value[0] === YES[0];
}

export function setOpaque(context: VfsContext, directory: Inode): 0 | Errno {
  return directory.setXattr(layerContext(context), OPAQUE, YES, 0);
}

/** Done with an inode that was only looked at: if nothing else refers to it, it lets go of its server. */
export function discard(inode: Inode): void {
  inode.takeDentry();
  inode.dropDentry();
}
