/** sockaddr going in and out: net/socket.c move_addr_to_kernel(), move_addr_to_user(). */
import { EINVAL, type Errno } from "../../../shared/abi/errno.ts";
import { SOCKADDR_STORAGE_BYTES } from "../../../shared/abi/socket.ts";
import type { Result } from "../kernel/result.ts";
import type { Task } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";

/** Copies a sockaddr of `length` bytes in. */
export function copyInAddress(task: Task, address: number, length: number): Uint8Array | Errno {
  if (length < 0 || length > SOCKADDR_STORAGE_BYTES) return -EINVAL;
  const bytes = new Uint8Array(length);
  const failed = task.memory.copyIn(address, bytes, 0, length);
  return failed < 0 ? failed : bytes;
}

/** Writes as much of `bytes` as the program has room for, and to `lengthAddress` how long it really is. */
export function copyOutAddress(task: Task, bytes: Uint8Array, address: number, lengthAddress: number): Result {
  const failed = task.memory.copyInScratch(lengthAddress, 0, 4);
  if (failed < 0) return failed;
  const room = TaskMemory.scratchView.getInt32(0, true);
  if (room < 0) return -EINVAL;
  const copied = task.memory.copyOut(address, bytes, 0, Math.min(room, bytes.length));
  return copied < 0 ? copied : task.memory.copyOutU32(lengthAddress, bytes.length);
}
