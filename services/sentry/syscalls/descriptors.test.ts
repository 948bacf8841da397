/** Calls that make descriptors: each way to fail leaks none. */
import { describe, expect, test } from "vitest";
import { EBADF, EFAULT, EINVAL, EMFILE, ENOTSOCK } from "../../../shared/abi/errno.ts";
import { O_CLOEXEC, O_NONBLOCK } from "../../../shared/abi/fcntl.ts";
import { AF_INET, AF_UNIX, SOCK_STREAM } from "../../../shared/abi/socket.ts";
import { FakeFile } from "../kernel/testing/fake_file.ts";
import { FAKE_MEMORY, FAKE_MEMORY_BYTES, FakeTask } from "../kernel/testing/fake_platform.ts";
import { sysEpollCreate1, sysEpollCtl } from "./sys_epoll.ts";
import { sysEventfd2 } from "./sys_eventfd.ts";
import { sysDup2, sysDup3 } from "./sys_fd.ts";
import { sysPipe2 } from "./sys_pipe.ts";
import { sysRead } from "./sys_read.ts";
import { sysBind, sysSocket, sysSocketpair } from "./sys_socket.ts";
import { sysTimerfdCreate } from "./sys_timerfd.ts";
import { sysWrite } from "./sys_write.ts";

const BAD = FAKE_MEMORY + FAKE_MEMORY_BYTES - 4;

describe("pipe2()", () => {
  test.each([
    ["unknown flags", EINVAL, FAKE_MEMORY, 1, 1024],
    ["an unmapped address", EFAULT, BAD, 0, 1024],
    ["room for one descriptor only", EMFILE, FAKE_MEMORY, 0, 1],
  ])("with %s fails and leaks nothing", (_why, errno, address, flags, limit) => {
    const fake = new FakeTask();
    fake.task.fdTable.limit = limit;
    expect(fake.call(sysPipe2, address, flags)).toBe(-errno);
    expect(fake.task.fdTable.usedCount).toBe(0);
  });

  test("gives a reader and a writer", () => {
    const fake = new FakeTask();
    expect(fake.call(sysPipe2, FAKE_MEMORY, O_CLOEXEC | O_NONBLOCK)).toBe(0);
    expect([fake.view.getInt32(0, true), fake.view.getInt32(4, true)]).toEqual([0, 1]);
    expect(fake.task.fdTable.isCloseOnExec(1)).toBe(true);
    fake.put(100, "hello");
    expect(fake.call(sysWrite, 1, FAKE_MEMORY + 100, 5)).toBe(5);
    expect(fake.call(sysRead, 0, FAKE_MEMORY + 200, 16)).toBe(5);
    expect(fake.text(200, 5)).toBe("hello");
    expect(fake.call(sysRead, 1, FAKE_MEMORY, 1)).toBe(-EBADF);
    expect(fake.call(sysWrite, 0, FAKE_MEMORY, 1)).toBe(-EBADF);
  });
});

describe("socketpair()", () => {
  test.each([
    ["an unmapped address", EFAULT, [AF_UNIX, SOCK_STREAM, 0, BAD], 1024],
    ["an unknown type", EINVAL, [AF_UNIX, 15, 0, FAKE_MEMORY], 1024],
    ["room for one descriptor only", EMFILE, [AF_UNIX, SOCK_STREAM, 0, FAKE_MEMORY], 1],
    ["a family without pairs", 97, [AF_INET, SOCK_STREAM, 0, FAKE_MEMORY], 1024],
    ["a foreign protocol", 93, [AF_UNIX, SOCK_STREAM, 6, FAKE_MEMORY], 1024],
  ])("with %s fails and leaks nothing", (_why, errno, args, limit) => {
    const fake = new FakeTask();
    fake.task.fdTable.limit = limit;
    expect(fake.call(sysSocketpair, ...args)).toBe(-errno);
    expect(fake.task.fdTable.usedCount).toBe(0);
  });
});

test.each([
  ["socket", () => (fake: FakeTask) => fake.call(sysSocket, AF_UNIX, SOCK_STREAM, 0)],
  ["eventfd2", () => (fake: FakeTask) => fake.call(sysEventfd2, 0, 0)],
  ["epoll_create1", () => (fake: FakeTask) => fake.call(sysEpollCreate1, 0)],
  ["timerfd_create", () => (fake: FakeTask) => fake.call(sysTimerfdCreate, 1, 0)],
])("%s() without a free descriptor gives EMFILE", (_name, make) => {
  const fake = new FakeTask();
  fake.task.fdTable.limit = 0;
  expect(make()(fake)).toBe(-EMFILE);
  expect(fake.task.fdTable.usedCount).toBe(0);
});

test("dup2() and dup3() replace, and check first", () => {
  const fake = new FakeTask();
  const { fdTable } = fake.task;
  const file = new FakeFile();
  fdTable.install(file, false);
  expect(fake.call(sysDup2, 7, 3)).toBe(-EBADF);
  expect(fake.call(sysDup2, 0, 0)).toBe(0);
  expect(fake.call(sysDup3, 0, 0, 0)).toBe(-EINVAL);
  expect(fake.call(sysDup3, 0, 5, O_CLOEXEC)).toBe(5);
  expect(fdTable.isCloseOnExec(5)).toBe(true);
  expect(fake.call(sysDup2, 0, 5000)).toBe(-EBADF);
  expect(file.references).toBe(2);
});

test("epoll_ctl() refuses itself, what isn't an epoll, and bad addresses", () => {
  const fake = new FakeTask();
  const epoll = fake.call(sysEpollCreate1, 0);
  const event = fake.call(sysEventfd2, 0, 0);
  expect(fake.call(sysEpollCtl, epoll, 1, event, 8)).toBe(-EFAULT);
  expect(fake.call(sysEpollCtl, epoll, 1, epoll, FAKE_MEMORY)).toBe(-EINVAL);
  expect(fake.call(sysEpollCtl, event, 1, event, FAKE_MEMORY)).toBe(-EINVAL);
  expect(fake.call(sysEpollCtl, epoll, 1, 99, FAKE_MEMORY)).toBe(-EBADF);
  expect(fake.call(sysEpollCtl, epoll, 1, event, FAKE_MEMORY)).toBe(0);
  expect(fake.call(sysBind, event, FAKE_MEMORY, 4)).toBe(-ENOTSOCK);
});
