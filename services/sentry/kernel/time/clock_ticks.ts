/** Clock ticks of 1/100 s, in which times(2) and /proc count CPU time. */
import { CLK_TCK } from "../../../../shared/abi/time.ts";

export function clockTicks(ns: number): number {
  return Math.floor(ns / (1e9 / CLK_TCK));
}
