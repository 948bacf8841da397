/** struct rusage from what the kernel counts. User time is what the application's threads ran on the host; the kernel's own time isn't divided among tasks. */
import { RusageLayout } from "../../../shared/abi/resource.ts";
import type { Usage } from "../kernel/thread_group.ts";

export function writeUsage(view: DataView, start: number, usage: Usage): void {
  RusageLayout.zero(view, start);
  const micros = Math.floor(usage.cpuTimeNs / 1000);
  RusageLayout.utimeSec.write(view, start, Math.floor(micros / 1e6));
  RusageLayout.utimeUsec.write(view, start, micros % 1e6);
  RusageLayout.maxrss.write(view, start, usage.maximumRssKb);
  RusageLayout.nvcsw.write(view, start, usage.voluntarySwitches);
}
