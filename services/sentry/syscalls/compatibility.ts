/** What `help syscalls` shows: the table without its handlers. */
import type { Row, SupportLevel } from "./row.ts";

export interface CompatibilityEntry {
  readonly number: number;
  readonly name: string;
  readonly support: SupportLevel;
  readonly note: string;
}

export function compatibilityTable(table: readonly (Row | undefined)[]): CompatibilityEntry[] {
  const entries: CompatibilityEntry[] = [];
  table.forEach((row, number) => {
    if (row !== undefined) entries.push({ number, name: row.name, support: row.level, note: row.note });
  });
  return entries;
}
