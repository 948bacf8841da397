import { expect, test } from "vitest";
import { DirectoryListing, type Keeper, ListingBudget } from "./directory_listing.ts";

class FakeKeeper implements Keeper {
  isKept = true;

  forgetListing(): void {
    this.isKept = false;
  }
}

test("a listing finds its entries by name", () => {
  const entry = { name: "a", ino: 1, type: 8, attr: null };
  const listing = new DirectoryListing([entry], false);
  expect(listing.find("a")).toBe(entry);
  expect(listing.find("b")).toBeUndefined();
});

test("the listings kept longest go when there are too many entries", () => {
  const budget = new ListingBudget(10);
  const [first, second, third, huge] = Array.from({ length: 4 }, () => new FakeKeeper());
  budget.add(first, 4);
  budget.add(second, 4);
  budget.add(first, 5);
  expect([first.isKept, second.isKept]).toEqual([true, true]);
  budget.add(third, 2);
  expect([first.isKept, second.isKept, third.isKept]).toEqual([true, false, true]);
  budget.remove(third);
  budget.add(huge, 100);
  expect([first.isKept, third.isKept, huge.isKept]).toEqual([false, true, true]);
  budget.clear();
  expect(huge.isKept).toBe(false);
});
