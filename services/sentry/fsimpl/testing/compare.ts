/** Telling whether two filesystems did the same. */
import type { FileOperation, FileSystemUnderTest } from "./file_operation.ts";

/** The tree as text, by way of operations alone. */
export function dump(subject: FileSystemUnderTest, path = ".", depth = 0): string {
  const names = subject.apply({ kind: "list", path });
  if (typeof names === "number" || depth > 12) return `${path}: ${names}\n`;
  let text = "";
  for (const name of names.split(" ").filter((n) => n !== "")) {
    const child = `${path}/${name}`;
    const status = String(subject.apply({ kind: "lstat", path: child }));
    text += `${child}: ${status}\n`;
    if (status.startsWith("directory")) text += dump(subject, child, depth + 1);
    if (status.startsWith("file")) text += `${JSON.stringify(subject.apply({ kind: "read", path: child }))}\n`;
  }
  return text;
}

/** Does every operation on both; an outcome that differs, or a tree that differs in the end, is an error. */
export function compare(
  model: FileSystemUnderTest,
  subject: FileSystemUnderTest,
  list: readonly FileOperation[],
): void {
  for (const operation of list) {
    same(subject.apply(operation), model.apply(operation), JSON.stringify(operation));
  }
  same(dump(subject), dump(model), "tree");
}

function same(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${String(actual)} instead of ${String(expected)}`);
}
