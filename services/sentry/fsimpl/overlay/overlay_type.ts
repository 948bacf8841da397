/** mount(2) of an overlay by a program in the sandbox: "lowerdir=A:B,upperdir=C,workdir=D". */
import { EINVAL, ENOTDIR, type Errno } from "../../../../shared/abi/errno.ts";
import type { Dentry } from "../../vfs/dentry.ts";
import { type FilesystemType, parseMountOptions } from "../../vfs/filesystem_type.ts";
import { dropPath, takePath } from "../../vfs/mount.ts";
import { resolve } from "../../vfs/resolution.ts";
import type { Inode, VfsContext, VfsPath } from "../../vfs/types.ts";
import { OverlayFilesystem } from "./overlay_filesystem.ts";

/** An overlay on directories of the sandbox, which it holds for as long as it is mounted. */
class MountedOverlay extends OverlayFilesystem {
  readonly #places: readonly VfsPath[];
  readonly #upper: VfsPath | null;
  readonly #shown: string;

  constructor(lowers: readonly VfsPath[], upper: VfsPath | null, shown: string) {
    const inodeOf = ({ dentry }: VfsPath) => dentry.inode as Inode;
    super({
      upper: upper === null ? null : inodeOf(upper),
      lowers: lowers.map(inodeOf),
      isUpperInMemory: upper?.mount.filesystem.isInMemory ?? false,
    });
    this.#places = upper === null ? lowers : [...lowers, upper];
    this.#upper = upper;
    this.#shown = shown;
    for (const place of this.#places) takePath(place);
  }

  override mountOptions(): string {
    return this.#shown;
  }

  /** The layers' filesystems are mounted elsewhere, and go with those mounts. */
  override release(): void {
    if (this.#upper !== null) forgetChanged(this.#upper.dentry);
    for (const place of this.#places) dropPath(place);
  }
}

/**
 * The overlay has changed the upper layer's inodes behind the back of that filesystem's dentries: drops those that are
 * wrong now.
 */
function forgetChanged(top: Dentry): void {
  const waiting = [top];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    for (const child of [...(directory.children?.values() ?? [])]) {
      if (directory.inode?.lookup(child.name) !== child.inode) child.invalidate();
      else waiting.push(child);
    }
  }
}

/** Splits "a:b" at colons that no backslash precedes. */
function splitPaths(text: string): string[] {
  return text.split(/(?<!\\):/).map((path) => path.replaceAll("\\:", ":"));
}

function directory(context: VfsContext, path: string): VfsPath | Errno {
  const place = resolve(context, context.cwd, path, 0, 0);
  if (typeof place === "number") return place;
  return (place.dentry.inode as Inode).isDirectory ? place : -ENOTDIR;
}

function create(context: VfsContext, _source: string, text: string): OverlayFilesystem | Errno {
  const lowers: VfsPath[] = [];
  let upper: VfsPath | null = null;
  let hasWork = false;
  for (const [key, value] of parseMountOptions(text)) {
    switch (key) {
      case "lowerdir":
        for (const path of splitPaths(value)) {
          const place = directory(context, path);
          if (typeof place === "number") return place;
          lowers.push(place);
        }
        break;
      case "upperdir": {
        const place = directory(context, value);
        if (typeof place === "number") return place;
        upper = place;
        break;
      }
      case "workdir": {
        const place = directory(context, value);
        if (typeof place === "number") return place;
        hasWork = true;
        break;
      }
      // How Linux does some things inside; nothing here depends on it.
      case "index":
      case "metacopy":
      case "redirect_dir":
      case "xino":
      case "nfs_export":
      case "uuid":
      case "userxattr":
      case "volatile":
        break;
      default:
        return -EINVAL;
    }
  }
  if (lowers.length === 0 || (upper !== null && !hasWork)) return -EINVAL;
  return new MountedOverlay(lowers, upper, text);
}

export const overlayType: FilesystemType = { name: "overlay", needsDevice: false, create };
