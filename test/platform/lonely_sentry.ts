/** A sentry to be killed: runs a guest that never ends, and prints its host pid. */
import { buildGuest, TestKernel } from "./test_kernel.ts";

const kernel = new TestKernel(buildGuest());
void kernel.run(12, 0, (space) => {
  process.stdout.write(`${space.hostPid}\n`);
});
