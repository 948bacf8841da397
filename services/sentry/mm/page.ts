/** Page arithmetic on addresses as exact doubles: bit operators would cut them to 32 bits. */
import { PAGE_SIZE } from "../../../shared/abi/mman.ts";

export function pageDown(address: number): number {
  return address - (address % PAGE_SIZE);
}

export function pageUp(address: number): number {
  const rest = address % PAGE_SIZE;
  return rest === 0 ? address : address + PAGE_SIZE - rest;
}

export function isPageAligned(address: number): boolean {
  return address % PAGE_SIZE === 0;
}
