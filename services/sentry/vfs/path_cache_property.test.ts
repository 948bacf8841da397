/**
 * After anything at all, a remembered resolution must be what walking would find: asked both ways, for two users, from
 * two directories.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { MNT_DETACH, MS_BIND, MS_MOVE, MS_PRIVATE, MS_REC, MS_SHARED, MS_SLAVE } from "../../../shared/abi/mount.ts";
import { type FileOperation, fileOperation } from "../fsimpl/testing/file_operation.ts";
import { VfsUnderTest } from "../fsimpl/testing/vfs_under_test.ts";
import { TmpfsFilesystem } from "../fsimpl/tmpfs/tmpfs.ts";
import { Credentials, NO_CAPABILITIES } from "./credentials.ts";
import { dentryCache } from "./dentry_cache.ts";
import { forgetResolutions } from "./path_cache.ts";
import type { VfsHarness } from "./testing/vfs_harness.ts";
import { newAttributes, type VfsContext, type VfsPath } from "./types.ts";

type MountOperation =
  | { readonly kind: "mount" | "umount" | "enter"; readonly path: string }
  | {
      readonly kind: "bind" | "move" | "propagate";
      readonly path: string;
      readonly to: string;
      readonly flags: number;
    };

const component = fc.constantFrom("a", "b", "c", "a", "b", "..");
const path = fc.array(component, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const mountOperation: fc.Arbitrary<MountOperation> = fc.oneof(
  fc.record({ kind: fc.constantFrom("mount" as const, "umount" as const, "umount" as const, "enter" as const), path }),
  fc.record({
    kind: fc.constantFrom("bind" as const, "move" as const, "propagate" as const),
    path,
    to: path,
    flags: fc.constantFrom(0, MS_REC),
  }),
);
const anything = fc.oneof({ weight: 5, arbitrary: fileOperation(true) }, { weight: 2, arbitrary: mountOperation });

const user = Credentials.user(1000, 1000, [], NO_CAPABILITIES);
const PATHS = ["a", "b", "a/b", "a/b/c", "a/../b", "b/c", "c/a", "a/b/", "../a", "/a/c", "c"];
const KINDS = [MS_SHARED, MS_PRIVATE, MS_SLAVE];

function doMount(h: VfsHarness, op: MountOperation, directories: VfsPath[], step: number): void {
  const { vfs, context, at } = h;
  switch (op.kind) {
    case "mount":
      vfs.mountAt(context, "none", at, op.path, "tmpfs", 0, "");
      break;
    case "umount":
      vfs.umountAt(context, at, op.path, MNT_DETACH);
      break;
    case "enter": {
      const place = vfs.resolve(context, at, op.path);
      if (typeof place === "number" || !place.dentry.inode?.isDirectory) return;
      place.dentry.takeReference();
      directories[1].dentry.dropReference();
      directories[1] = place;
      break;
    }
    case "propagate":
      vfs.mountAt(context, "", at, op.path, "", op.flags | KINDS[step % KINDS.length], "");
      break;
    default:
      vfs.mountAt(context, op.path, at, op.to, "", (op.kind === "bind" ? MS_BIND : MS_MOVE) | op.flags, "");
  }
}

const isMount = (op: FileOperation | MountOperation): op is MountOperation =>
  ["mount", "umount", "enter", "bind", "move", "propagate"].includes(op.kind);

/** What stat says of every path for everybody, as text. */
function survey(h: VfsHarness, contexts: readonly VfsContext[], directories: readonly VfsPath[]): string {
  const out = newAttributes();
  const lines: string[] = [];
  for (const context of contexts) {
    for (const directory of directories) {
      for (const text of PATHS) {
        const result = h.vfs.statAt(context, directory, text, 0, out);
        lines.push(`${text}: ${result < 0 ? result : `${out.dev}:${out.ino}`}`);
      }
    }
  }
  return lines.join("\n");
}

test.each([Number.POSITIVE_INFINITY, 4])("with at most %d dentries cached", (limit) => {
  const before = dentryCache.limit;
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 25, size: "max" }), (operations) => {
      const subject = new VfsUnderTest(new TmpfsFilesystem({ mode: 0o755 }));
      const h = subject.harness;
      h.vfs.types.add({ name: "tmpfs", needsDevice: false, create: () => new TmpfsFilesystem({ mode: 0o755 }) });
      const contexts = [h.context, { ...h.context, credentials: user }];
      const directories = [h.at, h.at];
      h.at.dentry.takeReference();
      dentryCache.limit = limit;
      for (const [step, operation] of operations.entries()) {
        if (isMount(operation)) doMount(h, operation, directories, step);
        else subject.apply(operation);
        const remembered = survey(h, contexts, directories);
        const again = survey(h, contexts, directories);
        forgetResolutions();
        const walked = survey(h, contexts, directories);
        expect(remembered, JSON.stringify(operation)).toBe(walked);
        expect(again).toBe(walked);
      }
      dentryCache.limit = before;
    }),
    { numRuns: 80, interruptAfterTimeLimit: 3000 },
  );
});
