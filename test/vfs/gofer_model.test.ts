/**
 * A real directory behind the gofer, alone and below an overlay, against the model: random operations, every outcome
 * compared.
 */
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Hostfs } from "../../services/gofer/hostfs/hostfs_native.ts";
import { MemoryTransport } from "../../services/gofer/server/memory_transport.ts";
import { createGoferFilesystem, type GoferFilesystem } from "../../services/sentry/fsimpl/gofer/gofer_filesystem.ts";
import { OverlayFilesystem } from "../../services/sentry/fsimpl/overlay/overlay_filesystem.ts";
import { compare, dump } from "../../services/sentry/fsimpl/testing/compare.ts";
import { type FileOperation, fileOperation } from "../../services/sentry/fsimpl/testing/file_operation.ts";
import { ModelFilesystem } from "../../services/sentry/fsimpl/testing/model_filesystem.ts";
import { VfsUnderTest } from "../../services/sentry/fsimpl/testing/vfs_under_test.ts";
import { createTmpfs } from "../../services/sentry/fsimpl/tmpfs/tmpfs_native.ts";
import { dentryCache } from "../../services/sentry/vfs/dentry_cache.ts";
import { FileClock } from "../../services/sentry/vfs/file_clock.ts";

const host = Hostfs.open() as Hostfs;
const RUNS = { numRuns: 100, interruptAfterTimeLimit: 8000 };
const operations = fc.array(fileOperation(true), { maxLength: 40, size: "max" });
const O_PATH = 0o10000000;
let base = "";
let transport: MemoryTransport;
let count = 0;
const { limit } = dentryCache;

beforeEach(() => {
  base = fs.mkdtempSync(join(tmpdir(), "gofer-model-"));
});

afterEach(() => {
  dentryCache.limit = limit;
  fs.rmSync(base, { recursive: true, force: true });
});

/** A fresh directory behind a gofer that has few descriptors to give. */
function goferFilesystem(maxFids: number): GoferFilesystem {
  const directory = join(base, String(count++));
  fs.mkdirSync(directory, { mode: 0o755 });
  const opened = fs.openSync(directory, "r");
  const fd = host.reopen(opened, O_PATH);
  fs.closeSync(opened);
  transport = new MemoryTransport(host, [{ name: "0", fd, readonly: false, sockets: false }], 65536, maxFids);
  const client = transport.client();
  expect(client.version()).toBe(0);
  return createGoferFilesystem(client, "0", { exclusive: true }) as GoferFilesystem;
}

/** Mode bits of what is made here follow the process's umask as little as the sandbox's. */
const withoutLinks = (list: readonly FileOperation[]) => list.filter(({ kind }) => kind !== "link");

test.each([500, 60])("the gofer filesystem does what the model does, with %d descriptors", (maxFids) => {
  fc.assert(
    fc.property(operations, (list) => {
      dentryCache.limit = limit;
      compare(new ModelFilesystem(), new VfsUnderTest(goferFilesystem(maxFids)), list);
      transport.connection.close();
    }),
    RUNS,
  );
});

test.each([500, 120])("an overlay on it does, too, with %d descriptors", (maxFids) => {
  fc.assert(
    fc.property(operations, operations, (before, list) => {
      dentryCache.limit = limit;
      const model = new ModelFilesystem();
      const lower = new VfsUnderTest(goferFilesystem(maxFids));
      compare(model, lower, withoutLinks(before));
      const lowerTree = dump(lower);
      const made = OverlayFilesystem.create(
        lower.harness.context,
        [lower.harness.namespace.root.filesystem],
        createTmpfs({}, new FileClock()),
      );
      if (typeof made === "number") throw new Error(`errno ${-made}`);
      compare(model, new VfsUnderTest(made), list);
      expect(dump(lower)).toBe(lowerTree);
      transport.connection.close();
    }),
    RUNS,
  );
});

test("an overlay with its upper layer in a directory does, too, and shows the same when it is made anew", () => {
  // A directory with a lower part can't be renamed there (EXDEV), as on Linux without redirects.
  const withoutRenames = (list: readonly FileOperation[]) =>
    list.filter(({ kind }) => !["rename", "exchange", "renameNoReplace"].includes(kind));
  // The root's attributes are those of the upper directory.
  const withoutModes = (list: readonly FileOperation[]) => list.filter(({ kind }) => kind !== "chmod");
  fc.assert(
    fc.property(operations, operations, (before, list) => {
      const model = new ModelFilesystem();
      const lower = new VfsUnderTest(goferFilesystem(500));
      const { context, namespace } = lower.harness;
      const lowerTransport = transport;
      compare(model, lower, withoutModes(withoutLinks(before)));
      const lowerTree = dump(lower);
      const upper = goferFilesystem(500);
      const stack = () => {
        const made = OverlayFilesystem.create(context, [namespace.root.filesystem], upper);
        if (typeof made === "number") throw new Error(`errno ${-made}`);
        return new VfsUnderTest(made);
      };
      const first = stack();
      compare(model, first, withoutRenames(list));
      expect(dump(lower)).toBe(lowerTree);
      expect(dump(stack())).toBe(dump(first));
      lowerTransport.connection.close();
      transport.connection.close();
    }),
    RUNS,
  );
});
