/** sysfs, as much of it as tells a program about the machine: processors, memory nodes, huge pages, the loopback interface. sysfs(5). */
import { SYSFS_MAGIC } from "../../../../shared/abi/mount.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { renderMeminfo } from "../proc/system_files.ts";
import { PseudoFilesystem } from "../pseudo/pseudo_filesystem.ts";
import {
  PseudoFile,
  type PseudoHost,
  type PseudoInode,
  PseudoSymlink,
  StaticDirectory,
} from "../pseudo/pseudo_inode.ts";

type Entries = Record<string, () => PseudoInode>;

/** A new instance of sysfs. */
export function createSysFilesystem(kernel: Kernel): PseudoFilesystem {
  return new PseudoFilesystem("sysfs", SYSFS_MAGIC, (filesystem) => rootDirectory(filesystem, kernel));
}

/** "0-3", or "0" for one. */
function range(count: number): string {
  return count === 1 ? "0" : `0-${count - 1}`;
}

/** The same as a mask in groups of 32 bits: "00000000,0000000f". */
function mask(first: number, count: number): string {
  const words: string[] = [];
  const total = first + count;
  for (let word = 0; word * 32 < Math.max(total, 1); word++) {
    let bits = 0;
    for (let bit = 0; bit < 32; bit++) {
      const cpu = word * 32 + bit;
      if (cpu >= first && cpu < total) bits |= 1 << bit;
    }
    words.unshift((bits >>> 0).toString(16).padStart(word === 0 && total <= 32 ? 1 : 8, "0"));
  }
  return words.join(",");
}

function rootDirectory(filesystem: PseudoHost, kernel: Kernel): StaticDirectory {
  const file = (text: string | number) => (): PseudoInode => new PseudoFile(filesystem, () => `${text}\n`);
  const directory = (entries: Entries) => (): PseudoInode => new StaticDirectory(filesystem, entries, 0o755);
  const empty = directory({});
  const { cpuCount } = kernel;

  const cpu = (number: number): (() => PseudoInode) =>
    directory({
      online: file(1),
      topology: directory({
        cluster_id: file(-1),
        core_cpus: file(mask(number, 1)),
        core_cpus_list: file(number),
        core_id: file(number),
        core_siblings: file(mask(0, cpuCount)),
        core_siblings_list: file(range(cpuCount)),
        die_id: file(0),
        package_cpus: file(mask(0, cpuCount)),
        package_cpus_list: file(range(cpuCount)),
        physical_package_id: file(0),
        thread_siblings: file(mask(number, 1)),
        thread_siblings_list: file(number),
      }),
    });
  const cpus: Entries = {
    isolated: file(""),
    kernel_max: file(cpuCount - 1),
    offline: file(""),
    online: file(range(cpuCount)),
    possible: file(range(cpuCount)),
    present: file(range(cpuCount)),
  };
  for (let number = 0; number < cpuCount; number++) cpus[`cpu${number}`] = cpu(number);

  const node = directory({
    cpulist: file(range(cpuCount)),
    cpumap: file(mask(0, cpuCount)),
    distance: file(10),
    meminfo: () =>
      new PseudoFile(filesystem, () => renderMeminfo(kernel).replace(/^(MemTotal|MemFree):.*$/gm, "Node 0 $&")),
    numastat: file("numa_hit 0\nnuma_miss 0\nnuma_foreign 0\ninterleave_hit 0\nlocal_node 0\nother_node 0"),
  });
  const nodes = directory({
    has_cpu: file(0),
    has_memory: file(0),
    node0: node,
    online: file(0),
    possible: file(0),
  });
  const loopback = directory({
    address: file("00:00:00:00:00:00"),
    addr_len: file(6),
    flags: file("0x9"),
    ifindex: file(1),
    mtu: file(65536),
    operstate: file("unknown"),
    type: file(772),
  });
  return new StaticDirectory(filesystem, {
    block: empty,
    bus: directory({ cpu: directory({ devices: empty }) }),
    class: directory({
      net: directory({ lo: () => new PseudoSymlink(filesystem, () => "../../devices/virtual/net/lo") }),
    }),
    dev: directory({ block: empty, char: empty }),
    devices: directory({
      system: directory({ cpu: directory(cpus), node: nodes }),
      virtual: directory({ net: directory({ lo: loopback }) }),
    }),
    firmware: empty,
    fs: directory({ cgroup: empty }),
    kernel: directory({
      mm: directory({
        hugepages: empty,
        transparent_hugepage: directory({
          defrag: file("always defer defer+madvise [madvise] never"),
          enabled: file("always [madvise] never"),
          hpage_pmd_size: file(2 << 20),
        }),
      }),
    }),
    module: empty,
    power: empty,
  });
}
