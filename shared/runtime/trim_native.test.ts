import { expect, test } from "vitest";
import { findTextRanges, prepareTrim } from "./trim_native.ts";

const SMAPS = `00400000-00452000 r-xp 00000000 08:02 173521      /usr/bin/node
Size:                328 kB
Anonymous:             0 kB
00651000-00652000 r--p 00051000 08:02 173521      /usr/bin/relocated
Anonymous:             4 kB
00652000-00655000 rw-p 00052000 08:02 173521      /usr/bin/node
Anonymous:             0 kB
7f0000000000-7f0000001000 r--p 00000000 00:00 0 
Anonymous:             0 kB
7fff00000000-7fff00002000 r-xp 00000000 00:00 0                          [vdso]
Anonymous:             0 kB
`;

test("only clean read-only file mappings are dropped", () => {
  expect(findTextRanges(SMAPS)).toEqual([{ address: 0x400000, length: 0x52000 }]);
});

test("the process goes on after it", () => {
  const trim = prepareTrim(true);
  trim();
  trim();
  expect(JSON.parse(JSON.stringify({ still: "here" }))).toEqual({ still: "here" });
});
