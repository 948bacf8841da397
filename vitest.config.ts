import { defineConfig } from "vitest/config";

const SERIAL = "test/**/*.serial.test.ts";

/**
 * "unit" is pure and takes seconds; "system" starts processes, guests and sandboxes, two files at a time; "serial" are those
 * of them that measure time, memory or idleness and want the machine for themselves. One group runs after the other.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["{services,shared,native,scripts}/**/*.test.ts"],
          pool: "threads",
          maxWorkers: 2,
          isolate: false,
          testTimeout: 10_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "system",
          include: ["test/**/*.test.ts"],
          exclude: [SERIAL],
          pool: "forks",
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "serial",
          include: [SERIAL],
          pool: "forks",
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
