import { expect, test } from "vitest";
import { Credentials } from "../../vfs/credentials.ts";
import { IpcNamespace } from "./ipc_namespace.ts";

test("a namespace of its own is empty, and its objects go with its last task", () => {
  const first = new IpcNamespace(() => 0);
  const { messageQueues } = first;
  const root = Credentials.root();
  messageQueues.open(
    1,
    0o1600,
    root,
    () => messageQueues.create(1, 0o600, root),
    () => 0,
  );
  const own = first.fork();
  expect(own.messageQueues.count).toBe(0);
  expect(own.id).not.toBe(first.id);
  own.takeReference();
  own.messageQueues.open(
    1,
    0o1600,
    root,
    () => own.messageQueues.create(1, 0o600, root),
    () => 0,
  );
  own.dropReference();
  expect(own.messageQueues.count).toBe(0);
});

test("the first one stays without tasks", () => {
  const first = new IpcNamespace(() => 0);
  const root = Credentials.root();
  first.takeReference();
  first.semaphores.open(
    1,
    0o1600,
    root,
    () => first.semaphores.create(1, 0o600, 1, root),
    () => 0,
  );
  first.dropReference();
  expect(first.semaphores.count).toBe(1);
});
