import { expect, test } from "vitest";
import { IpcNamespace } from "../../kernel/ipc/ipc_namespace.ts";
import { Credentials } from "../../vfs/credentials.ts";
import { msgListing, semListing } from "./sysvipc_files.ts";

const root = Credentials.root();

function filled(): IpcNamespace {
  const ipc = new IpcNamespace(() => 1_700_000_000);
  const { semaphores, messageQueues } = ipc;
  semaphores.open(
    0x1234,
    0o1600,
    root,
    () => semaphores.create(0x1234, 0o600, 3, root),
    () => 0,
  );
  messageQueues.open(
    0,
    0o1640,
    root,
    () => messageQueues.create(0, 0o640, root),
    () => 0,
  );
  return ipc;
}

// The lines are what Linux prints for the same objects.
test("semaphore sets are listed as by Linux", () => {
  expect(semListing(filled())).toBe(
    "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n" +
      "      4660          0   600          3     0     0     0     0          0 1700000000\n",
  );
});

test("message queues are listed as by Linux", () => {
  expect(msgListing(filled())).toBe(
    "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime\n" +
      "         0          0   640           0          0     0     0     0     0     0     0          0          0 1700000000\n",
  );
});
