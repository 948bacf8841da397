/** What traps tell about system call sites: which are hot, and which faults are rewriting's own. */
import { REG_RAX, REG_RCX, REG_RIP } from "../platform.ts";
import { stubSyscallEntry } from "./host_native.ts";
import { SLOT_FAULT_SIGNAL, SLOT_REGISTERS } from "./layout.ts";
import type { Machine } from "./machine.ts";
import { HOT, NEVER, rewriteSite } from "./rewriting.ts";
import { HAND_STUB, type SystrapThread } from "./thread.ts";
import { HIGHEST_ADDRESS } from "./zygote.ts";

const SIGILL = 4;
const SIGTRAP = 5;
/** Where the `syscall` was in a rewritten `mov $nr,%eax; syscall`. */
const SYSCALL_OFFSET = 5;

const entry = stubSyscallEntry();

/** A system call came by SIGSYS: a site that traps often is rewritten. */
export function noteTrap(machine: Machine, thread: SystrapThread, traps: number): void {
  const { space } = thread;
  const after = thread.getRegister(REG_RIP);
  if (space.sites.hits.get(after) === NEVER || after > HIGHEST_ADDRESS) return;
  const sites = space.ownSites();
  if (sites.count(after, traps) < HOT) return;
  let alone = true;
  for (const other of space.threads) {
    if (other !== thread && other.hand === HAND_STUB) alone = false;
  }
  const request = { space, sites, after, number: thread.syscallNumber, base: machine.base, entry, alone };
  if (!rewriteSite(request)) return;
  machine.counters.rewrittenSites++;
  // Those who wait in the call that was rewritten come back by the thunk.
  if (!sites.inner.has(after)) return;
  for (const other of space.threads) {
    if (other.getRegister(REG_RIP) === after) other.setRegister(REG_RIP, after);
  }
}

/** Serves a fault that a rewritten site causes by design; false when it is the application's own. */
export function serveRewrittenSite(machine: Machine, thread: SystrapThread): boolean {
  const { starts } = thread.space.sites;
  if (starts.size === 0) return false;
  const words = machine.arena.words;
  const signal = words[thread.slotWord + SLOT_FAULT_SIGNAL / 4];
  const rip = thread.getRegister(REG_RIP);
  if (signal === SIGTRAP && starts.has(rip - 1)) {
    thread.setRegister(REG_RIP, rip - 1);
    machine.resume(thread);
    return true;
  }
  if (signal !== SIGILL || !starts.has(rip - SYSCALL_OFFSET)) return false;
  // The old `syscall`, reached without the move before it.
  thread.setRegister(REG_RIP, rip + 2);
  thread.setRegister(REG_RCX, rip + 2);
  thread.syscallNumber = words[thread.slotWord + (SLOT_REGISTERS + 8 * REG_RAX) / 4];
  thread.setPrefetchedApart();
  machine.counters.systemCalls++;
  machine.handler.onSyscall(thread);
  return true;
}
