/** /proc/sys: the settings that programs read, and the few that may be set. proc_sys(5). */
import { EINVAL, EPERM } from "../../../../shared/abi/errno.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { PID_MAX } from "../../kernel/pid_namespace.ts";
import { OS_NAME, OS_RELEASE, OS_VERSION } from "../../kernel/uts.ts";
import { PseudoFile, type PseudoHost, type PseudoInode, StaticDirectory } from "../pseudo/pseudo_inode.ts";
import { callerOf } from "./inspection.ts";

type Entries = Record<string, () => PseudoInode>;

const CAP_SYS_ADMIN = 21;

/** RFC 4122 version 4, of random bytes. */
function uuid(kernel: Kernel): string {
  const bytes = new Uint8Array(16);
  kernel.randomBytes(bytes, 0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export function sysctlDirectory(filesystem: PseudoHost, kernel: Kernel): StaticDirectory {
  const constant = (text: string | number) => () =>
    new PseudoFile(filesystem, () => `${text}\n`, { permissions: 0o644 });
  const rendered = (render: () => string) => () => new PseudoFile(filesystem, () => `${render()}\n`);
  const directory = (entries: Entries) => () => new StaticDirectory(filesystem, entries);
  /** A number between `low` and `high` that is kept and given back; changing it changes nothing else. */
  const tunable = (initial: number, low: number, high: number) => () => {
    let value = initial;
    return new PseudoFile(filesystem, () => `${value}\n`, {
      accept: (context, text) => {
        if (!context.credentials.has(CAP_SYS_ADMIN)) return -EPERM;
        const wanted = /^\s*-?\d+\s*$/.test(text) ? Number(text) : Number.NaN;
        if (!(wanted >= low && wanted <= high)) return -EINVAL;
        value = wanted;
        return text.length;
      },
    });
  };
  const utsName = (name: "hostname" | "domainname") => () =>
    new PseudoFile(filesystem, (context) => `${(callerOf(context)?.uts ?? kernel.uts)[name]}\n`, {
      accept: (context, text) => {
        if (!context.credentials.has(CAP_SYS_ADMIN)) return -EPERM;
        (callerOf(context)?.uts ?? kernel.uts)[name] = text.replace(/\n.*$/s, "").slice(0, 64);
        return text.length;
      },
    });
  const bootId = uuid(kernel);

  const kernelEntries: Entries = {
    cap_last_cap: constant(40),
    core_pattern: constant("core"),
    core_uses_pid: constant(0),
    domainname: utsName("domainname"),
    hostname: utsName("hostname"),
    io_uring_disabled: constant(2),
    kptr_restrict: constant(1),
    msgmax: tunable(8192, 0, 2 ** 31 - 1),
    msgmnb: tunable(16384, 0, 2 ** 31 - 1),
    msgmni: tunable(32000, 0, 32768),
    ngroups_max: constant(65536),
    ns_last_pid: rendered(() => String(kernel.pidNamespace.lastPid)),
    osrelease: rendered(() => OS_RELEASE),
    ostype: rendered(() => OS_NAME),
    overflowgid: constant(65534),
    overflowuid: constant(65534),
    perf_event_paranoid: constant(4),
    pid_max: constant(PID_MAX),
    printk: constant("4\t4\t1\t7"),
    pty: directory({ max: constant(4096), nr: constant(0), reserve: constant(1024) }),
    random: directory({
      boot_id: rendered(() => bootId),
      entropy_avail: constant(256),
      poolsize: constant(256),
      uuid: rendered(() => uuid(kernel)),
    }),
    randomize_va_space: constant(2),
    sched_rr_timeslice_ms: constant(100),
    sched_rt_period_us: constant(1000000),
    sched_rt_runtime_us: constant(950000),
    seccomp: directory({ actions_avail: constant(""), actions_logged: constant("") }),
    sem: constant("32000\t1024000000\t500\t32000"),
    shmall: constant("18446744073692774399"),
    shmmax: constant("18446744073692774399"),
    shmmni: tunable(4096, 0, 32768),
    "threads-max": constant(192730),
    version: rendered(() => OS_VERSION),
    yama: directory({ ptrace_scope: constant(0) }),
  };
  const vmEntries: Entries = {
    admin_reserve_kbytes: constant(8192),
    dirty_background_ratio: tunable(10, 0, 100),
    dirty_ratio: tunable(20, 0, 100),
    max_map_count: tunable(65530, 1024, 2 ** 31 - 1),
    min_free_kbytes: constant(67584),
    mmap_min_addr: constant(65536),
    nr_hugepages: constant(0),
    overcommit_kbytes: constant(0),
    overcommit_memory: tunable(0, 0, 2),
    overcommit_ratio: tunable(50, 0, 2 ** 31 - 1),
    swappiness: tunable(60, 0, 200),
    unprivileged_userfaultfd: constant(0),
    vfs_cache_pressure: tunable(100, 0, 2 ** 31 - 1),
  };
  const fsEntries: Entries = {
    "aio-max-nr": constant(65536),
    "aio-nr": constant(0),
    epoll: directory({ max_user_watches: constant(5000000) }),
    "file-max": constant("9223372036854775807"),
    "file-nr": constant("0\t0\t9223372036854775807"),
    inotify: directory({
      max_queued_events: tunable(16384, 0, 2 ** 31 - 1),
      max_user_instances: tunable(8192, 0, 2 ** 31 - 1),
      max_user_watches: tunable(524288, 0, 2 ** 31 - 1),
    }),
    "lease-break-time": constant(45),
    "leases-enable": constant(0),
    "mount-max": constant(100000),
    mqueue: directory({
      msg_default: constant(10),
      msg_max: constant(10),
      msgsize_default: constant(8192),
      msgsize_max: constant(8192),
      queues_max: constant(256),
    }),
    nr_open: constant(1048576),
    overflowgid: constant(65534),
    overflowuid: constant(65534),
    "pipe-max-size": constant(1048576),
    "pipe-user-pages-hard": constant(0),
    "pipe-user-pages-soft": constant(16384),
    protected_fifos: constant(0),
    protected_hardlinks: constant(0),
    protected_regular: constant(0),
    protected_symlinks: constant(0),
    suid_dumpable: constant(0),
  };
  const netEntries: Entries = {
    core: directory({
      default_qdisc: constant("pfifo_fast"),
      optmem_max: constant(131072),
      rmem_default: constant(212992),
      rmem_max: constant(212992),
      somaxconn: tunable(4096, 0, 2 ** 31 - 1),
      wmem_default: constant(212992),
      wmem_max: constant(212992),
    }),
    ipv4: directory({
      ip_forward: constant(0),
      ip_local_port_range: constant("32768\t60999"),
      ip_unprivileged_port_start: constant(1024),
      tcp_congestion_control: constant("cubic"),
      tcp_fin_timeout: constant(60),
      tcp_keepalive_intvl: constant(75),
      tcp_keepalive_probes: constant(9),
      tcp_keepalive_time: constant(7200),
      tcp_rmem: constant("4096\t131072\t6291456"),
      tcp_sack: constant(1),
      tcp_syn_retries: constant(6),
      tcp_timestamps: constant(1),
      tcp_wmem: constant("4096\t16384\t4194304"),
    }),
    unix: directory({ max_dgram_qlen: tunable(512, 0, 2 ** 31 - 1) }),
  };
  return new StaticDirectory(filesystem, {
    fs: directory(fsEntries),
    kernel: directory(kernelEntries),
    net: directory(netEntries),
    user: directory({ max_user_namespaces: constant(0) }),
    vm: directory(vmEntries),
  });
}
