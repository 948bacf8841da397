/** Random numbers from the host. Node's own crypto module would cost a third of the sentry's start. */

import { syscall } from "../../../native/host.ts";
import { EAGAIN, EINTR } from "../../../shared/abi/errno.ts";
import { SYS_getrandom } from "../../../shared/abi/syscall_numbers.ts";

/** getrandom(2) gives up to this much without being interrupted. */
const STEP_BYTES = 256;

const step = new Uint8Array(STEP_BYTES);
const word = new Uint32Array(1);

/** Fills `memory` from `start`, which may be shared with others. */
export function randomBytes(memory: Uint8Array, start: number, length: number): void {
  for (let done = 0; done < length; ) {
    const wanted = Math.min(STEP_BYTES, length - done);
    const count = syscall(SYS_getrandom, step, wanted, 0);
    if (count === -EINTR || count === -EAGAIN) continue;
    if (count < 0) throw new Error(`getrandom: errno ${-count}`);
    memory.set(count === STEP_BYTES ? step : step.subarray(0, count), start + done);
    done += count;
  }
}

export function random32(): number {
  const bytes = new Uint8Array(word.buffer);
  randomBytes(bytes, 0, 4);
  return word[0];
}
