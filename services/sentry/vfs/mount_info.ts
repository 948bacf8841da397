/** The lines of /proc/[pid]/mountinfo and /proc/[pid]/mounts; proc_pid_mountinfo(5), fstab(5). */
import {
  MS_NOATIME,
  MS_NODEV,
  MS_NODIRATIME,
  MS_NOEXEC,
  MS_NOSUID,
  MS_NOSYMFOLLOW,
  MS_RELATIME,
} from "../../../shared/abi/mount.ts";
import type { Dentry } from "./dentry.ts";
import { majorOf, minorOf } from "./device_registry.ts";
import type { Mount } from "./mount.ts";
import { pathOf } from "./path_name.ts";
import type { VfsPath } from "./types.ts";

const OPTIONS: readonly (readonly [number, string])[] = [
  [MS_NOSUID, "nosuid"],
  [MS_NODEV, "nodev"],
  [MS_NOEXEC, "noexec"],
  [MS_NOATIME, "noatime"],
  [MS_NODIRATIME, "nodiratime"],
  [MS_RELATIME, "relatime"],
  [MS_NOSYMFOLLOW, "nosymfollow"],
];

/** Blank, tab, newline, backslash (and "#" in fields that a comment could start) as \ooo. */
function escape(text: string): string {
  return text.replace(/[ \t\n\\#]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`);
}

function mountOptions(mount: Mount, isReadOnly: boolean): string {
  const names = [isReadOnly ? "ro" : "rw"];
  for (const [flag, name] of OPTIONS) if ((mount.flags & flag) !== 0) names.push(name);
  return names.join(",");
}

function filesystemOptions(mount: Mount): string {
  const own = mount.filesystem.mountOptions();
  return `${mount.filesystem.isReadOnly ? "ro" : "rw"}${own === "" ? "" : `,${own}`}`;
}

/** The path of `dentry` within its filesystem. */
export function pathInFilesystem(dentry: Dentry): string {
  let text = "";
  for (let at = dentry; at.parent !== null; at = at.parent) text = `/${at.name}${text}`;
  return text === "" ? "/" : text;
}

/** Where the mount is as seen from `root`, or null if it isn't in sight. */
function visiblePath(mount: Mount, root: VfsPath): string | null {
  const path = pathOf(mount.rootPath, root);
  return path.startsWith("(unreachable)") ? null : path;
}

export function mountInfoLine(mount: Mount, root: VfsPath): string | null {
  const path = visiblePath(mount, root);
  if (path === null) return null;
  const { filesystem } = mount;
  const device = `${majorOf(filesystem.device)}:${minorOf(filesystem.device)}`;
  const inside = escape(pathInFilesystem(mount.root));
  const isReadOnly = (mount.flags & 1) !== 0;
  let optional = "";
  if (mount.peers !== null) optional += ` shared:${mount.peers.id}`;
  if (mount.master !== null) optional += ` master:${mount.master.id}`;
  if (mount.isUnbindable) optional += " unbindable";
  const parent = mount.parent?.id ?? mount.id;
  const source = mount.source === "" ? "none" : escape(mount.source);
  const place = `${mount.id} ${parent} ${device} ${inside} ${escape(path)}`;
  const options = `${mountOptions(mount, isReadOnly)}${optional}`;
  return `${place} ${options} - ${filesystem.name} ${source} ${filesystemOptions(mount)}\n`;
}

export function mountsLine(mount: Mount, root: VfsPath): string | null {
  const path = visiblePath(mount, root);
  if (path === null) return null;
  const own = mount.filesystem.mountOptions();
  const options = mountOptions(mount, mount.isReadOnly) + (own === "" ? "" : `,${own}`);
  const source = mount.source === "" ? "none" : escape(mount.source);
  return `${source} ${escape(path)} ${mount.filesystem.name} ${options} 0 0\n`;
}

function lines(root: VfsPath, line: (mount: Mount, root: VfsPath) => string | null): string {
  const namespace = root.mount.namespace;
  if (namespace === null) return "";
  let text = "";
  for (const mount of namespace.root.tree()) text += line(mount, root) ?? "";
  return text;
}

/** The whole of /proc/[pid]/mountinfo for a process with this root directory. */
export function mountInfo(root: VfsPath): string {
  return lines(root, mountInfoLine);
}

/** The whole of /proc/[pid]/mounts. */
export function mountTable(root: VfsPath): string {
  return lines(root, mountsLine);
}
