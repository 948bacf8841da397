import { defineConfig } from "vitest/config";

/** Two projects: "unit" is pure and takes seconds; "system" starts processes, guests and sandboxes. */
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
        },
      },
      {
        test: {
          name: "system",
          include: ["test/**/*.test.ts"],
          pool: "forks",
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
