/**
 * Random file operations, and what every implementation to be compared must be able to do: a model, a filesystem, the
 * host.
 */
import fc from "fast-check";

export type FileOperation =
  | { readonly kind: "mkdir" | "unlink" | "rmdir" | "read" | "list" | "stat" | "lstat"; readonly path: string }
  | { readonly kind: "create" | "append"; readonly path: string; readonly text: string }
  | { readonly kind: "truncate"; readonly path: string; readonly size: number }
  | { readonly kind: "chmod"; readonly path: string; readonly mode: number }
  | { readonly kind: "symlink"; readonly path: string; readonly target: string }
  | { readonly kind: "link" | "rename" | "exchange" | "renameNoReplace"; readonly path: string; readonly to: string };

/** A negative errno, or what the operation gives ("" if nothing). */
export type Outcome = number | string;

export interface FileSystemUnderTest {
  apply(operation: FileOperation): Outcome;
}

const component = fc.constantFrom("a", "b", "c", "a", "b", ".", "..");
const path = fc
  .tuple(fc.array(component, { minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 9 }))
  .map(([parts, slash]) => parts.join("/") + (slash === 0 ? "/" : ""));
const target = fc.array(component, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const text = fc.string({ unit: fc.constantFrom("x", "y", "\0"), maxLength: 6 });

/** `hasExchange`: also renameat2(2) with flags, which the host's library functions can't do. */
export function fileOperation(hasExchange: boolean): fc.Arbitrary<FileOperation> {
  const plain = fc.constantFrom("mkdir", "mkdir", "unlink", "rmdir", "read", "list", "stat", "lstat");
  const moves = hasExchange
    ? fc.constantFrom("link", "rename", "rename", "exchange", "renameNoReplace")
    : fc.constantFrom("link", "rename", "rename");
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: plain as fc.Arbitrary<"mkdir">, path }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("create", "append"), path, text }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("truncate" as const), path, size: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("chmod" as const), path, mode: fc.nat(0o777) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("symlink" as const), path, target }) },
    { weight: 4, arbitrary: fc.record({ kind: moves as fc.Arbitrary<"link">, path, to: path }) },
  );
}
