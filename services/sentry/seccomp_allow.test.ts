import { expect, test } from "vitest";
import { SYSCALL_NAMES } from "../../shared/abi/syscall_numbers.ts";
import { SECCOMP_ALLOW } from "./seccomp_allow.ts";

test("the sentry's host calls are fewer than its peer's 85, each once and by a real name", () => {
  expect(SECCOMP_ALLOW.length).toBeLessThanOrEqual(70);
  expect(new Set(SECCOMP_ALLOW).size).toBe(SECCOMP_ALLOW.length);
  expect(SECCOMP_ALLOW.filter((name) => !SYSCALL_NAMES.includes(name))).toEqual([]);
});

test("none of them runs programs, makes processes or reaches the network", () => {
  const feared = [
    "execve",
    "execveat",
    "clone",
    "clone3",
    "fork",
    "vfork",
    "socket",
    "connect",
    "ptrace",
    "mount",
    "bpf",
  ];
  expect(SECCOMP_ALLOW.filter((name) => feared.includes(name))).toEqual([]);
});
