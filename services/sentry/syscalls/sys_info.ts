/** What the system is: uname(2), sysinfo(2), syslog(2), getrandom(2); and calls that only an owner of the machine may make. */
import { CAP_SYS_ADMIN, CAP_SYSLOG } from "../../../shared/abi/capability.ts";
import { EFAULT, EINVAL, EPERM, type Errno } from "../../../shared/abi/errno.ts";
import * as y from "../../../shared/abi/sysinfo.ts";
import { UtsnameLayout } from "../../../shared/abi/utsname.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { OS_MACHINE, OS_NAME, OS_RELEASE, OS_VERSION } from "../kernel/uts.ts";
import { addr, flags, int, oneOf, partial, type RowTable, size, supported, unsupported } from "./row.ts";

const { SysinfoLayout } = y;
const LONGEST_NAME = 64;
const RANDOM_STEP = 1 << 16;

function writeText(at: number, text: string): void {
  for (let i = 0; i < text.length && i < LONGEST_NAME; i++) TaskMemory.scratch[at + i] = text.charCodeAt(i);
}

/** uname(2). */
export function sysUname(task: Task, args: SyscallArgs): Result {
  UtsnameLayout.zero(TaskMemory.scratchView, 0);
  writeText(UtsnameLayout.sysname.offset, OS_NAME);
  writeText(UtsnameLayout.nodename.offset, task.uts.hostname);
  writeText(UtsnameLayout.release.offset, OS_RELEASE);
  writeText(UtsnameLayout.version.offset, OS_VERSION);
  writeText(UtsnameLayout.machine.offset, OS_MACHINE);
  writeText(UtsnameLayout.domainname.offset, task.uts.domainname);
  return task.memory.copyOutScratch(args.addr(0), 0, UtsnameLayout.byteLength);
}

function copyInName(task: Task, args: SyscallArgs): string | Errno {
  const length = args.int(1);
  if (!task.credentials.has(CAP_SYS_ADMIN)) return -EPERM;
  if (length < 0 || length > LONGEST_NAME) return -EINVAL;
  if (task.memory.copyInScratch(args.addr(0), 0, length) < 0) return -EFAULT;
  const text = Buffer.from(TaskMemory.scratch.buffer, 0, length).toString("latin1");
  const nul = text.indexOf("\0");
  return nul < 0 ? text : text.slice(0, nul);
}

/** sethostname(2). */
export function sysSethostname(task: Task, args: SyscallArgs): Result {
  const name = copyInName(task, args);
  if (typeof name === "number") return name;
  task.uts.hostname = name;
  return 0;
}

/** setdomainname(2). */
export function sysSetdomainname(task: Task, args: SyscallArgs): Result {
  const name = copyInName(task, args);
  if (typeof name === "number") return name;
  task.uts.domainname = name;
  return 0;
}

/** sysinfo(2). */
export function sysSysinfo(task: Task, args: SyscallArgs): Result {
  const { kernel } = task;
  const view = TaskMemory.scratchView;
  SysinfoLayout.zero(view, 0);
  SysinfoLayout.uptime.write(view, 0, Math.floor(kernel.timekeeper.uptimeNs() / 1e9));
  SysinfoLayout.totalram.write(view, 0, kernel.totalMemory);
  SysinfoLayout.freeram.write(view, 0, kernel.freeMemory());
  SysinfoLayout.procs.write(view, 0, Math.min(0xffff, kernel.pidNamespace.tasks.size));
  SysinfoLayout.memUnit.write(view, 0, 1);
  return task.memory.copyOutScratch(args.addr(0), 0, SysinfoLayout.byteLength);
}

/** getrandom(2): never blocks, there is always entropy. */
export function sysGetrandom(task: Task, args: SyscallArgs): Result {
  const address = args.addr(0);
  const randomFlags = args.uint(2);
  if ((randomFlags & ~(y.GRND_NONBLOCK | y.GRND_RANDOM | y.GRND_INSECURE)) !== 0) return -EINVAL;
  if ((randomFlags & (y.GRND_RANDOM | y.GRND_INSECURE)) === (y.GRND_RANDOM | y.GRND_INSECURE)) return -EINVAL;
  const length = Math.min(args.size(1), 0x7fff_f000);
  for (let done = 0; done < length; ) {
    const step = Math.min(RANDOM_STEP, length - done);
    task.kernel.randomBytes(TaskMemory.scratch, 0, step);
    if (task.memory.copyOutScratch(address + done, 0, step) < 0) return done > 0 ? done : -EFAULT;
    done += step;
  }
  return length;
}

/** syslog(2): the kernel's own log. */
export function sysSyslog(task: Task, args: SyscallArgs): Result {
  const action = args.int(0);
  const address = args.addr(1);
  const length = args.int(2);
  const { kmsg } = task.kernel;
  const isReading = action === y.SYSLOG_ACTION_READ_ALL || action === y.SYSLOG_ACTION_SIZE_BUFFER;
  // As with kernel.dmesg_restrict=0: everybody may read all of it.
  if (!isReading && !task.credentials.has(CAP_SYSLOG) && !task.credentials.has(CAP_SYS_ADMIN)) return -EPERM;
  switch (action) {
    case y.SYSLOG_ACTION_CLOSE:
    case y.SYSLOG_ACTION_OPEN:
    case y.SYSLOG_ACTION_CONSOLE_OFF:
    case y.SYSLOG_ACTION_CONSOLE_ON:
      return 0;
    case y.SYSLOG_ACTION_CONSOLE_LEVEL:
      return length < 1 || length > 8 ? -EINVAL : 0;
    case y.SYSLOG_ACTION_READ:
    case y.SYSLOG_ACTION_READ_ALL:
    case y.SYSLOG_ACTION_READ_CLEAR: {
      if (address === 0 || length < 0) return -EINVAL;
      const result = copyOutLog(task, address, length, kmsg.format());
      if (result >= 0 && action === y.SYSLOG_ACTION_READ_CLEAR) kmsg.clear();
      return result;
    }
    case y.SYSLOG_ACTION_CLEAR:
      kmsg.clear();
      return 0;
    case y.SYSLOG_ACTION_SIZE_UNREAD:
      return kmsg.format().length;
    case y.SYSLOG_ACTION_SIZE_BUFFER:
      return kmsg.bufferBytes;
    default:
      return -EINVAL;
  }
}

/** The newest whole lines that fit. */
function copyOutLog(task: Task, address: number, length: number, text: string): Result {
  let from = Math.max(0, text.length - length);
  if (from > 0) {
    const lineEnd = text.indexOf("\n", from - 1);
    from = lineEnd < 0 ? text.length : lineEnd + 1;
  }
  const bytes = Buffer.from(text.slice(from), "latin1");
  const copied = task.memory.copyOut(address, bytes, 0, bytes.length);
  return copied < 0 ? copied : bytes.length;
}

const RANDOM_FLAGS = flags([
  [y.GRND_NONBLOCK, "GRND_NONBLOCK"],
  [y.GRND_RANDOM, "GRND_RANDOM"],
  [y.GRND_INSECURE, "GRND_INSECURE"],
]);
const SYSLOG_ACTION = oneOf([
  [y.SYSLOG_ACTION_READ_ALL, "SYSLOG_ACTION_READ_ALL"],
  [y.SYSLOG_ACTION_SIZE_BUFFER, "SYSLOG_ACTION_SIZE_BUFFER"],
]);
const OWNER_ONLY = "EPERM: belongs to whoever runs the machine";

export const infoRows: RowTable = {
  63: supported("uname", sysUname, [addr]),
  99: partial("sysinfo", sysSysinfo, [addr], "no load averages, no swap"),
  103: partial("syslog", sysSyslog, [SYSLOG_ACTION, addr, int], "SYSLOG_ACTION_READ doesn't wait"),
  153: unsupported("vhangup", -EPERM, OWNER_ONLY),
  163: unsupported("acct", -EPERM, OWNER_ONLY),
  167: unsupported("swapon", -EPERM, OWNER_ONLY),
  168: unsupported("swapoff", -EPERM, OWNER_ONLY),
  169: unsupported("reboot", -EPERM, OWNER_ONLY),
  170: partial("sethostname", sysSethostname, [addr, int], "of the UTS namespace"),
  171: partial("setdomainname", sysSetdomainname, [addr, int], "of the UTS namespace"),
  172: unsupported("iopl", -EPERM, OWNER_ONLY),
  173: unsupported("ioperm", -EPERM, OWNER_ONLY),
  175: unsupported("init_module", -EPERM, OWNER_ONLY),
  176: unsupported("delete_module", -EPERM, OWNER_ONLY),
  212: unsupported("lookup_dcookie", -EPERM, OWNER_ONLY),
  246: unsupported("kexec_load", -EPERM, OWNER_ONLY),
  298: unsupported("perf_event_open", -EPERM, OWNER_ONLY),
  313: unsupported("finit_module", -EPERM, OWNER_ONLY),
  318: supported("getrandom", sysGetrandom, [addr, size, RANDOM_FLAGS]),
  320: unsupported("kexec_file_load", -EPERM, OWNER_ONLY),
  321: unsupported("bpf", -EPERM, OWNER_ONLY),
};
