/**
 * Mount events in shared subtrees: what is mounted below a shared mount appears below its peers and slaves too, and
 * goes there when it goes here. mount_namespaces(7), Documentation/filesystems/sharedsubtree.rst.
 */
import type { Dentry } from "./dentry.ts";
import type { Mount, PeerGroup } from "./mount.ts";
import { copyTree, type MountNamespace } from "./mount_namespace.ts";

/** Who hears of a mount below `origin`, and whether as a slave (directly or through one). */
function receivers(origin: Mount): Map<Mount, boolean> {
  const found = new Map<Mount, boolean>();
  const visit = (group: PeerGroup, isSlave: boolean) => {
    for (const peer of group.members) if (peer !== origin && !found.has(peer)) found.set(peer, isSlave);
    for (const slave of group.slaves) {
      if (slave === origin || found.has(slave)) continue;
      found.set(slave, true);
      if (slave.peers !== null) visit(slave.peers, true);
    }
  };
  if (origin.peers !== null) visit(origin.peers, false);
  return found;
}

/**
 * Puts the free tree `mount` on `point` of `parent`, in its namespace, and its copies wherever `parent` propagates to.
 */
export function attachTree(mount: Mount, parent: Mount, point: Dentry): void {
  const heard = receivers(parent);
  if (parent.peers !== null) for (const each of mount.tree()) if (!each.isUnbindable) each.setShared();
  for (const [receiver, isSlave] of heard) {
    if (receiver.namespace === null || !point.isWithin(receiver.root)) continue;
    const copy = copyTree(mount, mount.root, true, new Map());
    if (isSlave) for (const each of copy.tree()) each.setSlave();
    place(copy, receiver, point);
  }
  place(mount, parent, point);
}

/** On top of whatever is there. */
function place(mount: Mount, parent: Mount, point: Dentry): void {
  let [onto, at] = [parent, point];
  for (let above = onto.childAt(at); above !== undefined; above = onto.childAt(at)) [onto, at] = [above, above.root];
  mount.attach(onto, at);
  const namespace = onto.namespace as MountNamespace | null;
  if (namespace === null) return;
  for (const each of mount.tree()) if (each.namespace !== namespace) namespace.adopt(each);
  namespace.changed();
}

/** Takes the copies of `mount` that its parent's peers and slaves got; one that is in use below stays. */
export function propagateUmount(mount: Mount): void {
  const { parent, mountPoint } = mount;
  if (parent === null || mountPoint === null) return;
  for (const receiver of receivers(parent).keys()) {
    const copy = receiver.childAt(mountPoint);
    if (copy !== undefined && copy.root === mount.root && copy.children.size === 0) detachTree(copy);
  }
}

/** Takes `mount` and all below it out of their namespace; files open in them go on working. */
export function detachTree(mount: Mount): void {
  for (const each of [...mount.tree()].reverse()) {
    const { namespace } = each;
    each.detach();
    namespace?.disown(each);
    each.retire();
  }
}
