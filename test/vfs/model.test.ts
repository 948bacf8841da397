/**
 * The model that tmpfs and the overlay are tested against does what the host's tmpfs does. Needs root, for chroot(2).
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

test.skipIf(process.getuid?.() !== 0)("the model agrees with the host", () => {
  const directory = mkdtempSync("/dev/shm/runsc-ms-model-");
  try {
    const program = join(import.meta.dirname, "run.ts");
    const output = execFileSync(process.execPath, [program, directory, "2000"], { encoding: "utf8", timeout: 60_000 });
    expect(output).toMatch(/operations agree/);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
