/** What dmesg(1) shows of a sandbox's start: the facts first, then the kernel's state of mind. */
import type { Kernel } from "../kernel/kernel.ts";
import { OS_NAME, OS_RELEASE, OS_VERSION } from "../kernel/uts.ts";

const MUSINGS = [
  "Warming up the event loop...",
  "Teaching numbers to be negative when things go wrong...",
  "Counting bits, losing none above the fifty-third...",
  "Asking the garbage collector to stay out of the hot path...",
  "Convincing init that it is really number one...",
  "Hiding the host behind the curtain...",
  "Rehearsing system calls until they know their lines...",
  "Folding address spaces, crease by crease...",
  "Labelling every mount in alphabetical confusion...",
  "Polishing /dev/null until nothing shows...",
  "Feeding the futexes; waking nobody...",
  "Explaining to signals that they must wait for their turn...",
  "Untangling circular symbolic links, again...",
  "Promising never to say undefined...",
  "Checking under the bed for zombies...",
  "Winding the monotonic clock (forwards only)...",
] as const;

const SHOWN = 6;

/** Prints the boot log, a different selection each time, ending in "Ready!". */
export function printBootLog(kernel: Kernel, facts: { platform: string; mounts: number }): void {
  const { kmsg } = kernel;
  kmsg.print(`${OS_NAME} version ${OS_RELEASE} (TypeScript all the way down) ${OS_VERSION}`);
  kmsg.print(`Memory: ${Math.floor(kernel.totalMemory / 1024)}K available, borrowed from the host`);
  kmsg.print(`smp: ${kernel.cpuCount} CPU${kernel.cpuCount === 1 ? "" : "s"} answered the roll call`);
  kmsg.print(`platform: ${facts.platform}; ${facts.mounts} mount${facts.mounts === 1 ? "" : "s"}`);
  const left: string[] = [...MUSINGS];
  for (let i = 0; i < SHOWN; i++) {
    const [line] = left.splice(kernel.random32() % left.length, 1);
    kmsg.print(line as string);
  }
  kmsg.print("Ready!");
}
