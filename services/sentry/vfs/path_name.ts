/** The text of a place: getcwd(2), /proc/[pid]/{cwd,root,exe,fd}. */
import { MS_KERNMOUNT } from "../../../shared/abi/mount.ts";
import type { Dentry } from "./dentry.ts";
import type { Mount } from "./mount.ts";
import type { VfsPath } from "./types.ts";

/**
 * The path of `path` as seen from `root`. Outside it, "(unreachable)" comes before; if the name was removed, "
 * (deleted)" after.
 */
export function pathOf(path: VfsPath, root: VfsPath): string {
  let mount: Mount = path.mount;
  let dentry: Dentry = path.dentry;
  const isDeleted = dentry.isUnlinked;
  // Memory files hang in no tree: "/memfd:name (deleted)".
  if ((mount.flags & MS_KERNMOUNT) !== 0 && isDeleted) return `/${dentry.name} (deleted)`;
  let text = "";
  let isReachable = true;
  while (mount !== root.mount || dentry !== root.dentry) {
    if (dentry === mount.root) {
      if (mount.parent === null || mount.mountPoint === null) {
        isReachable = mount === root.mount && dentry === root.dentry;
        break;
      }
      dentry = mount.mountPoint;
      mount = mount.parent;
      continue;
    }
    text = `/${dentry.name}${text}`;
    if (dentry.parent === null) {
      isReachable = false;
      break;
    }
    dentry = dentry.parent;
  }
  if (text === "") text = "/";
  if (!isReachable) text = `(unreachable)${text}`;
  return isDeleted ? `${text} (deleted)` : text;
}
