/**
 * Copy plans: what the stub copies into the window before a system call reaches the kernel, in the encoding of struct plan_step in
 * native/stub/stub.c.
 */
import type { CopyPlans } from "../platform.ts";
import {
  PLAN_COUNT,
  PLAN_SIZE,
  PLAN_STEP_SIZE,
  PLAN_STEPS,
  SHARED_PLANS,
  STEP_BUFFER,
  STEP_STRING,
  STEP_STRUCT,
} from "./layout.ts";

const KINDS = { string: STEP_STRING, struct: STEP_STRUCT, buffer: STEP_BUFFER } as const;

/** Writes the plans into the page that all stubs share; throws on a plan that can't be encoded. */
export function encodePlans(plans: CopyPlans, shared: DataView): void {
  for (const [number, steps] of plans.plans.entries()) {
    if (steps === undefined || steps.length === 0) continue;
    if (number >= PLAN_COUNT || steps.length > PLAN_STEPS)
      throw new Error(`the copy plan of call ${number} is too long`);
    for (const [i, step] of steps.entries()) {
      const at = SHARED_PLANS + number * PLAN_SIZE + i * PLAN_STEP_SIZE;
      shared.setUint8(at, KINDS[step.kind]);
      shared.setUint8(at + 1, step.arg);
      if (step.kind === "buffer") shared.setUint8(at + 2, step.lengthArg);
      shared.setUint32(at + 4, step.kind === "struct" ? step.size : step.kind === "buffer" ? step.scale : 0, true);
    }
  }
}
