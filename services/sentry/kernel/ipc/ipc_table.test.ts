import { describe, expect, test } from "vitest";
import { EACCES, EEXIST, EINVAL, ENOENT, ENOSPC } from "../../../../shared/abi/errno.ts";
import { IPC_CREAT, IPC_EXCL, IPC_PRIVATE } from "../../../../shared/abi/ipc.ts";
import { Credentials, NO_CAPABILITIES } from "../../vfs/credentials.ts";
import { IPC_READ, IPC_WRITE, IpcObject } from "./ipc_object.ts";
import { IpcTable } from "./ipc_table.ts";

const KEY = 0x1234;
const alice = Credentials.user(1000, 1000, [], NO_CAPABILITIES);
const bob = Credentials.user(1001, 1001, [1000], NO_CAPABILITIES);
const eve = Credentials.user(1002, 1002, [], NO_CAPABILITIES);

function open(table: IpcTable<IpcObject>, key: number, flags: number, who = alice): number {
  return table.open(
    key,
    flags,
    who,
    () => new IpcObject(key, flags, who, 0),
    () => 0,
  );
}

describe("ids", () => {
  test("a key leads to one object, IPC_PRIVATE to a new one each time", () => {
    const table = new IpcTable<IpcObject>(8);
    expect(open(table, KEY, 0o600)).toBe(-ENOENT);
    const id = open(table, KEY, IPC_CREAT | 0o600);
    expect(open(table, KEY, 0o600)).toBe(id);
    expect(open(table, KEY, IPC_CREAT | IPC_EXCL | 0o600)).toBe(-EEXIST);
    expect(open(table, IPC_PRIVATE, 0o600)).not.toBe(open(table, IPC_PRIVATE, 0o600));
  });

  test("the id of a removed object doesn't come back soon", () => {
    const table = new IpcTable<IpcObject>(8);
    const seen = new Set<number>();
    for (let i = 0; i < 200; i++) {
      const id = open(table, IPC_PRIVATE, 0o600);
      expect(seen.has(id)).toBe(false);
      seen.add(id);
      table.remove(table.get(id) as IpcObject);
      expect(table.get(id)).toBe(-EINVAL);
    }
  });

  test("there are no more than the limit", () => {
    const table = new IpcTable<IpcObject>(1);
    open(table, IPC_PRIVATE, 0o600);
    expect(open(table, IPC_PRIVATE, 0o600)).toBe(-ENOSPC);
  });
});

describe("permissions", () => {
  test.each([
    ["the owner", alice, 0o600, IPC_READ | IPC_WRITE, 0],
    ["the owner without permission", alice, 0o066, IPC_READ, -EACCES],
    ["the group", bob, 0o640, IPC_READ, 0],
    ["the group, writing", bob, 0o640, IPC_WRITE, -EACCES],
    ["others", eve, 0o644, IPC_READ, 0],
    ["others, writing", eve, 0o644, IPC_WRITE, -EACCES],
    ["root", Credentials.root(), 0, IPC_READ | IPC_WRITE, 0],
  ])("%s", (_who, credentials, mode, wanted, expected) => {
    expect(new IpcObject(KEY, mode, alice, 0).checkAccess(credentials, wanted)).toBe(expected);
  });

  test("opening by key asks for what the flags say", () => {
    const table = new IpcTable<IpcObject>(8);
    open(table, KEY, IPC_CREAT | 0o644);
    expect(open(table, KEY, 0o444, eve)).toBeGreaterThanOrEqual(0);
    expect(open(table, KEY, 0o666, eve)).toBe(-EACCES);
  });
});
