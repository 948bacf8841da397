/**
 * How a service gives up what it no longer needs: its view of the host's files, its capabilities, and the host calls that are not on its
 * list. The namespaces were entered before Node started (native/launcher); this is the rest, once everything is open and loaded.
 *
 * After `isolate` no module can be loaded from disk, no thread be started and no file outside the prepared root be named.
 */

import {
  compileSeccomp,
  cString,
  dropEverywhere,
  openTaskDirectory,
  type SeccompDefault,
  setParentDeathSignal,
  setRlimit,
  syscall,
} from "../../native/host.ts";
import { errnoName } from "../abi/errno.ts";
import { MNT_DETACH } from "../abi/mount.ts";
import { RLIMIT_CORE } from "../abi/resource.ts";
import { SIGKILL } from "../abi/signal.ts";
import { SYS_chdir, SYS_pivot_root, SYS_umount2 } from "../abi/syscall_numbers.ts";

export interface IsolationSpec {
  /** The directory that the launcher prepared; it becomes "/". */
  root: string;
  /** CAP_* numbers kept in the process's own user namespace. */
  keepCapabilities: readonly number[];
  /** System call numbers that remain. */
  allowed: readonly number[];
  /** What the others meet. */
  otherwise: SeccompDefault;
}

function must(what: string, result: number): void {
  if (result < 0) throw new Error(`isolation: ${what}: ${errnoName(-result)}`);
}

/** Isolates this process, all its threads included. Throws when any step fails: the process must not serve then. */
export function isolate(spec: IsolationSpec): void {
  const program = compileSeccomp(spec.allowed, spec.otherwise);
  const taskDirectory = openTaskDirectory();
  must("open /proc/self/task", taskDirectory);
  changeRoot(spec.root);
  must("RLIMIT_CORE", setRlimit(RLIMIT_CORE, 0, 0));
  // Changing credentials clears it.
  must("PR_SET_PDEATHSIG", setParentDeathSignal(SIGKILL));
  must("drop privileges", dropEverywhere(spec.keepCapabilities, program, taskDirectory));
}

/** pivot_root(2) onto itself: the new root is mounted over the old one, which is then taken away from below it. */
function changeRoot(root: string): void {
  const dot = cString(".");
  must(`chdir ${root}`, syscall(SYS_chdir, cString(root)));
  must("pivot_root", syscall(SYS_pivot_root, dot, dot));
  must("umount the old root", syscall(SYS_umount2, dot, MNT_DETACH));
  must("chdir /", syscall(SYS_chdir, cString("/")));
}
