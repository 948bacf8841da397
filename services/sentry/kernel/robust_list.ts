/**
 * What a dying thread owes to those that wait in memory: the robust futexes that it holds (get_robust_list(2)) and the word of set_tid_address(2),
 * which pthread_join(3) waits on.
 *
 * The words belong to running application code, but nobody else changes one that names this thread as its owner, except to add FUTEX_WAITERS before
 * a wait that compares: a lost bit there makes that wait start over.
 */
import {
  FUTEX_BITSET_MATCH_ANY,
  FUTEX_OWNER_DIED,
  FUTEX_TID_MASK,
  FUTEX_WAITERS,
  ROBUST_LIST_LIMIT,
  RobustListHeadLayout,
} from "../../../shared/abi/futex.ts";
import { readU53 } from "../../../shared/abi/layout.ts";
import type { Task } from "./task.ts";

const bytes = new Uint8Array(RobustListHeadLayout.byteLength);
const view = new DataView(bytes.buffer);

export function releaseRobustList(task: Task): void {
  const head = task.robustListHead;
  task.robustListHead = 0;
  if (head === 0 || !read(task, head, RobustListHeadLayout.byteLength)) return;
  const first = RobustListHeadLayout.list.read(view, 0);
  const offset = RobustListHeadLayout.futexOffset.read(view, 0);
  const pending = RobustListHeadLayout.listOpPending.read(view, 0);

  let entry = first;
  for (let count = 0; count < ROBUST_LIST_LIMIT; count++) {
    const address = withoutPiBit(entry);
    if (address === head || address === 0) break;
    // The next pointer is read first: whoever takes the futex may unlink the entry.
    const isReadable = read(task, address, 8);
    const next = isReadable ? readU53(view, 0) : 0;
    if (address !== withoutPiBit(pending)) releaseFutex(task, address + offset);
    if (!isReadable) break;
    entry = next;
  }
  if (pending !== 0) releaseFutex(task, withoutPiBit(pending) + offset);
}

export function wakeClearedTid(task: Task): void {
  const address = task.clearChildTid;
  task.clearChildTid = 0;
  // With nobody left in the address space there is nobody to tell.
  if (address === 0 || task.mm.users <= 1) return;
  view.setUint32(0, 0, true);
  if (task.thread.space.write(address, bytes, 0, 4) !== 4) return;
  task.kernel.futexes.wakeAddress(task.mm, address, 1, FUTEX_BITSET_MATCH_ANY);
}

function releaseFutex(task: Task, address: number): void {
  if (address % 4 !== 0 || !read(task, address, 4)) return;
  const word = view.getUint32(0, true);
  if ((word & FUTEX_TID_MASK) !== task.tid) return;
  view.setUint32(0, ((word & FUTEX_WAITERS) | FUTEX_OWNER_DIED) >>> 0, true);
  if (task.thread.space.write(address, bytes, 0, 4) !== 4) return;
  if ((word & FUTEX_WAITERS) >>> 0 !== 0) task.kernel.futexes.wakeAddress(task.mm, address, 1, FUTEX_BITSET_MATCH_ANY);
}

function read(task: Task, address: number, length: number): boolean {
  return task.thread.space.read(address, bytes, 0, length) === length;
}

/** Bit 0 of an entry's pointer marks a PI futex. */
function withoutPiBit(pointer: number): number {
  return pointer - (pointer % 2);
}
