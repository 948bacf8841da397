/**
 * Whether this host can run the platform `systrap`, for `help platforms`. getauxval(3) has no system call behind it: koffi calls the C
 * library, and is loaded only here.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { release } from "node:os";
import type * as Koffi from "koffi";

const AT_HWCAP2 = 26;
/** arch/x86/include/uapi/asm/hwcap2.h: user space may use RDFSBASE and its kin. */
const HWCAP2_FSGSBASE = 2;
/** As the README says; the stubs need a seccomp listener that waits killably, and its readers. */
const LEAST_KERNEL = [6, 0];

function hasFsGsBase(): boolean {
  const koffi = createRequire(import.meta.url)("koffi") as typeof Koffi;
  const getauxval = koffi.load("libc.so.6").func("unsigned long getauxval(unsigned long type)");
  return (Number(getauxval(AT_HWCAP2)) & HWCAP2_FSGSBASE) !== 0;
}

/** Whether `version` ("6.18.44-generic") is at least `least`. */
export function isKernelAtLeast(version: string, least: readonly number[]): boolean {
  const [major = 0, minor = 0] = version.split(/[.-]/).map(Number);
  return major > least[0] || (major === least[0] && minor >= least[1]);
}

function hasSeccompNotifications(): boolean {
  try {
    return readFileSync("/proc/sys/kernel/seccomp/actions_avail", "latin1").includes("user_notif");
  } catch {
    return false;
  }
}

function allowsUserNamespaces(): boolean {
  try {
    return Number(readFileSync("/proc/sys/user/max_user_namespaces", "latin1")) > 0;
  } catch {
    return false;
  }
}

/** What is missing here, in words; empty when the platform runs. */
export function missingForSystrap(): string[] {
  const missing: string[] = [];
  if (!isKernelAtLeast(release(), LEAST_KERNEL)) missing.push(`Linux ${LEAST_KERNEL.join(".")} (this is ${release()})`);
  if (!hasFsGsBase()) missing.push("the processor's FSGSBASE");
  if (!hasSeccompNotifications()) missing.push("seccomp notifications");
  if (!allowsUserNamespaces()) missing.push("user namespaces");
  return missing;
}
