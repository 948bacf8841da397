/**
 * tmpfs and overlay against a model, with random operations; each outcome is compared, and the whole tree at the end.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { dentryCache } from "../../vfs/dentry_cache.ts";
import { OverlayFilesystem } from "../overlay/overlay_filesystem.ts";
import { TmpfsFilesystem } from "../tmpfs/tmpfs.ts";
import { compare, dump } from "./compare.ts";
import { fileOperation } from "./file_operation.ts";
import { ModelFilesystem } from "./model_filesystem.ts";
import { VfsUnderTest } from "./vfs_under_test.ts";

const RUNS = { numRuns: 150, interruptAfterTimeLimit: 3000 };
const operations = fc.array(fileOperation(true), { maxLength: 60, size: "max" });

test("tmpfs does what the model does", () => {
  fc.assert(
    fc.property(operations, (list) => {
      compare(new ModelFilesystem(), new VfsUnderTest(new TmpfsFilesystem({ mode: 0o755 })), list);
    }),
    RUNS,
  );
});

test("tmpfs does so with hardly a dentry cached", () => {
  const { limit } = dentryCache;
  fc.assert(
    fc.property(operations, (list) => {
      dentryCache.limit = 2;
      try {
        compare(new ModelFilesystem(), new VfsUnderTest(new TmpfsFilesystem({ mode: 0o755 })), list);
      } finally {
        dentryCache.limit = limit;
      }
    }),
    RUNS,
  );
});

test.each([
  ["", Number.POSITIVE_INFINITY],
  [" with hardly a dentry cached", 2],
])("the overlay does what the model does%s, and its lower layer stays as it was", (_how, cacheLimit) => {
  const { limit } = dentryCache;
  fc.assert(
    fc.property(operations, operations, (before, list) => {
      dentryCache.limit = cacheLimit;
      try {
        const model = new ModelFilesystem();
        const lower = new VfsUnderTest(new TmpfsFilesystem({ mode: 0o755 }));
        // Hard links of the lower layer come apart in an overlay as they are copied up; Linux's do too.
        compare(
          model,
          lower,
          before.filter(({ kind }) => kind !== "link"),
        );
        const lowerTree = dump(lower);
        const made = OverlayFilesystem.create(
          lower.harness.context,
          [lower.harness.namespace.root.filesystem],
          new TmpfsFilesystem(),
        );
        if (typeof made === "number") throw new Error(`errno ${-made}`);
        const overlay = new VfsUnderTest(made);
        expect(dump(overlay)).toBe(dump(model));
        compare(model, overlay, list);
        expect(dump(lower)).toBe(lowerTree);
      } finally {
        dentryCache.limit = limit;
      }
    }),
    RUNS,
  );
});
