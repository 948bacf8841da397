import { describe, expect, test } from "vitest";
import { EPOLLET, EPOLLIN, EPOLLONESHOT, EPOLLOUT } from "../../../shared/abi/epoll.ts";
import { EEXIST, ELOOP, ENOENT } from "../../../shared/abi/errno.ts";
import { EpollFile } from "./epoll.ts";
import { FakeFile } from "./testing/fake_file.ts";

function collect(epoll: EpollFile, room = 10): [number, number][] {
  const events: [number, number][] = [];
  epoll.collect((what, low) => {
    if (events.length === room) return false;
    events.push([low, what]);
    return true;
  });
  return events;
}

describe("epoll", () => {
  test("level-triggered: reported as long as it is true", () => {
    const epoll = new EpollFile();
    const file = new FakeFile();
    expect(epoll.add(3, file, EPOLLIN, 7, 0)).toBe(0);
    expect(collect(epoll)).toEqual([]);
    file.becomeReadable();
    expect(epoll.readiness()).not.toBe(0);
    expect(collect(epoll)).toEqual([[7, EPOLLIN]]);
    expect(collect(epoll)).toEqual([[7, EPOLLIN]]);
    file.become(0);
    expect(collect(epoll)).toEqual([]);
    expect(epoll.readiness()).toBe(0);
  });

  test("edge-triggered: once per event", () => {
    const epoll = new EpollFile();
    const file = new FakeFile();
    file.events = EPOLLIN;
    epoll.add(3, file, EPOLLIN | EPOLLET, 7, 0);
    expect(collect(epoll)).toHaveLength(1);
    expect(collect(epoll)).toHaveLength(0);
    file.becomeReadable();
    expect(collect(epoll)).toHaveLength(1);
  });

  test("one-shot: silent until armed again", () => {
    const epoll = new EpollFile();
    const file = new FakeFile();
    epoll.add(3, file, EPOLLIN | EPOLLONESHOT, 7, 0);
    file.becomeReadable();
    expect(collect(epoll)).toHaveLength(1);
    file.becomeReadable();
    expect(collect(epoll)).toHaveLength(0);
    expect(epoll.modify(3, file, EPOLLIN | EPOLLONESHOT, 8, 0)).toBe(0);
    expect(collect(epoll)).toEqual([[8, EPOLLIN]]);
  });

  test("a small buffer sees all in turn", () => {
    const epoll = new EpollFile();
    for (let i = 0; i < 4; i++) {
      const file = new FakeFile();
      file.events = EPOLLIN | EPOLLOUT;
      epoll.add(i, file, EPOLLIN, i, 0);
    }
    const seen = [collect(epoll, 1), collect(epoll, 1), collect(epoll, 2)].flat().map(([data]) => data);
    expect(seen).toEqual([0, 1, 2, 3]);
  });

  test("errors, and the same file under two numbers", () => {
    const epoll = new EpollFile();
    const file = new FakeFile();
    expect(epoll.modify(3, file, EPOLLIN, 0, 0)).toBe(-ENOENT);
    expect(epoll.delete(3, file)).toBe(-ENOENT);
    epoll.add(3, file, EPOLLIN, 0, 0);
    expect(epoll.add(3, file, EPOLLIN, 0, 0)).toBe(-EEXIST);
    expect(epoll.add(4, file, EPOLLIN, 0, 0)).toBe(0);
    expect(epoll.delete(3, file)).toBe(0);
    expect(epoll.delete(4, file)).toBe(0);
    expect(file.queue.isEmpty).toBe(true);
  });

  test("closing the file for good takes it out", () => {
    const epoll = new EpollFile();
    const file = new FakeFile();
    file.events = EPOLLIN;
    epoll.add(3, file, EPOLLIN, 0, 0);
    file.takeReference();
    file.dropReference();
    expect(collect(epoll)).toHaveLength(1);
    file.dropReference();
    expect(collect(epoll)).toHaveLength(0);
    expect(file.queue.isEmpty).toBe(true);
  });

  test("closing the epoll leaves the queues", () => {
    const epoll = new EpollFile();
    const file = new FakeFile();
    epoll.add(3, file, EPOLLIN, 0, 0);
    epoll.dropReference();
    expect(file.queue.isEmpty).toBe(true);
  });

  test("epolls watch epolls, but not in a ring, nor too deep", () => {
    const file = new FakeFile();
    const inner = new EpollFile();
    const outer = new EpollFile();
    inner.add(3, file, EPOLLIN, 1, 0);
    expect(outer.add(4, inner, EPOLLIN, 2, 0)).toBe(0);
    expect(inner.add(5, outer, EPOLLIN, 0, 0)).toBe(-ELOOP);
    file.becomeReadable();
    expect(collect(outer)).toEqual([[2, EPOLLIN]]);
    let top = outer;
    for (let depth = 2; depth < 5; depth++) {
      const next = new EpollFile();
      expect(next.add(9, top, EPOLLIN, 0, 0)).toBe(0);
      top = next;
    }
    expect(new EpollFile().add(9, top, EPOLLIN, 0, 0)).toBe(-ELOOP);
  });
});
