import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAP_PRIVATE, PAGE_SIZE } from "../../../shared/abi/mman.ts";
import { Vma } from "./vma.ts";
import { VmaSet } from "./vma_set.ts";

const PAGES = 48;
const page = (n: number): number => n * PAGE_SIZE;

/** The model: one protection (or undefined) per page. */
type Model = (number | undefined)[];

function agrees(set: VmaSet, model: Model): void {
  let total = 0;
  for (let i = 0; i < PAGES; i++) {
    expect(set.find(page(i) + 17)?.prot).toBe(model[i]);
    if (model[i] !== undefined) total += PAGE_SIZE;
  }
  expect(set.totalBytes).toBe(total);
  for (let i = 1; i < set.all.length; i++) {
    const [before, after] = [set.all[i - 1], set.all[i]];
    expect(before.end).toBeLessThanOrEqual(after.start);
    expect(before.continuesIn(after)).toBe(false);
  }
}

const range = fc.tuple(fc.nat(PAGES - 1), fc.integer({ min: 1, max: 12 })).map(([start, length]) => ({
  start,
  end: Math.min(PAGES, start + length),
}));
const step = fc.oneof(
  fc.record({ kind: fc.constant("map" as const), range, prot: fc.nat(3) }),
  fc.record({ kind: fc.constant("unmap" as const), range, prot: fc.constant(0) }),
  fc.record({ kind: fc.constant("protect" as const), range, prot: fc.nat(3) }),
);

describe("VmaSet", () => {
  test("agrees with a page table after any sequence of maps, unmaps and protections", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const set = new VmaSet();
        const model: Model = new Array(PAGES).fill(undefined);
        for (const { kind, range: at, prot } of steps) {
          const [start, end] = [page(at.start), page(at.end)];
          if (kind === "map") {
            set.remove(start, end);
            set.insert(Vma.anonymous(start, end, prot, MAP_PRIVATE));
            model.fill(prot, at.start, at.end);
          } else if (kind === "unmap") {
            set.remove(start, end);
            model.fill(undefined, at.start, at.end);
          } else {
            set.update(start, end, (vma) => {
              vma.prot = prot;
            });
            for (let i = at.start; i < at.end; i++) if (model[i] !== undefined) model[i] = prot;
          }
        }
        agrees(set, model);
      }),
      { numRuns: 200 },
    );
  });

  test("finds the highest and the lowest gap that is large enough", () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 8 }), fc.integer({ min: 1, max: 10 }), (taken, length) => {
        const set = new VmaSet();
        const used: boolean[] = new Array(PAGES).fill(false);
        for (const { start, end } of taken) {
          set.remove(page(start), page(end));
          set.insert(Vma.anonymous(page(start), page(end), 3, MAP_PRIVATE));
          used.fill(true, start, end);
        }
        const fits = (at: number): boolean => at + length <= PAGES && !used.slice(at, at + length).includes(true);
        let highest = -1;
        let lowest = -1;
        for (let i = 0; i < PAGES; i++) {
          if (!fits(i)) continue;
          highest = page(i);
          if (lowest < 0) lowest = page(i);
        }
        expect(set.findGapBelow(page(length), 0, page(PAGES))).toBe(highest);
        expect(set.findGapAbove(page(length), 0, page(PAGES))).toBe(lowest);
      }),
      { numRuns: 200 },
    );
  });

  test("tells a file of each mapping that comes and goes, and forgets none", () => {
    let mappings = 0;
    const file = {
      hostFd: 5,
      hostOffset: 0,
      device: 1,
      ino: 2,
      contentKey: "",
      addMapping: () => mappings++,
      removeMapping: () => mappings--,
    };
    const set = new VmaSet();
    const vma = Vma.anonymous(page(1), page(9), 3, MAP_PRIVATE);
    vma.backing = { file, description: null, shared: null };
    set.insert(vma);
    set.remove(page(3), page(4));
    expect(mappings).toBe(2);
    const child = set.fork();
    expect(mappings).toBe(4);
    child.clear();
    set.update(page(1), page(2), (part) => {
      part.prot = 1;
    });
    expect(mappings).toBe(3);
    set.clear();
    expect(mappings).toBe(0);
  });

  test("restore() puts back what slices() saw", () => {
    const set = new VmaSet();
    set.insert(Vma.anonymous(page(0), page(4), 1, MAP_PRIVATE));
    set.insert(Vma.anonymous(page(6), page(8), 3, MAP_PRIVATE));
    const before = set.slices(page(2), page(7));
    set.remove(page(2), page(7));
    set.insert(Vma.anonymous(page(2), page(7), 0, MAP_PRIVATE));
    set.restore(page(2), page(7), before);
    expect(set.all.map((vma) => [vma.start / PAGE_SIZE, vma.end / PAGE_SIZE, vma.prot])).toEqual([
      [0, 4, 1],
      [6, 8, 3],
    ]);
  });
});
