/**
 * The system call table of x86-64: every row of every family by number. It is the single source for dispatch, the stub's copy plans, --strace and `help syscalls`.
 */
import { SYSCALL_NAMES } from "../../../shared/abi/syscall_numbers.ts";
import { missing, type Row, type RowTable } from "./row.ts";
import { absentRows } from "./sys_absent.ts";
import { attrRows } from "./sys_attr.ts";
import { cloneRows } from "./sys_clone.ts";
import { credentialRows } from "./sys_credentials.ts";
import { dirRows } from "./sys_dir.ts";
import { epollRows } from "./sys_epoll.ts";
import { eventfdRows } from "./sys_eventfd.ts";
import { execRows } from "./sys_exec.ts";
import { fcntlRows } from "./sys_fcntl.ts";
import { fdRows } from "./sys_fd.ts";
import { futexRows } from "./sys_futex.ts";
import { getdentsRows } from "./sys_getdents.ts";
import { infoRows } from "./sys_info.ts";
import { inotifyRows } from "./sys_inotify.ts";
import { ioctlRows } from "./sys_ioctl.ts";
import { kcmpRows } from "./sys_kcmp.ts";
import { memfdRows } from "./sys_memfd.ts";
import { memoryRows } from "./sys_memory.ts";
import { messageRows } from "./sys_message.ts";
import { mountRows } from "./sys_mount.ts";
import { mqueueRows } from "./sys_mqueue.ts";
import { msgRows } from "./sys_msg.ts";
import { openRows } from "./sys_open.ts";
import { pipeRows } from "./sys_pipe.ts";
import { pollRows } from "./sys_poll.ts";
import { prctlRows } from "./sys_prctl.ts";
import { processRows } from "./sys_process.ts";
import { processVmRows } from "./sys_process_vm.ts";
import { readRows } from "./sys_read.ts";
import { resourceRows } from "./sys_resource.ts";
import { schedRows } from "./sys_sched.ts";
import { semRows } from "./sys_sem.ts";
import { shmRows } from "./sys_shm.ts";
import { signalRows } from "./sys_signal.ts";
import { signalfdRows } from "./sys_signalfd.ts";
import { socketRows } from "./sys_socket.ts";
import { sockoptRows } from "./sys_sockopt.ts";
import { spliceRows } from "./sys_splice.ts";
import { statRows } from "./sys_stat.ts";
import { syncRows } from "./sys_sync.ts";
import { timeRows } from "./sys_time.ts";
import { timerRows } from "./sys_timer.ts";
import { timerfdRows } from "./sys_timerfd.ts";
import { waitRows } from "./sys_wait.ts";
import { writeRows } from "./sys_write.ts";
import { xattrRows } from "./sys_xattr.ts";

const FAMILIES: readonly RowTable[] = [
  absentRows,
  kcmpRows,
  attrRows,
  xattrRows,
  timerfdRows,
  sockoptRows,
  socketRows,
  signalfdRows,
  mountRows,
  messageRows,
  ioctlRows,
  fcntlRows,
  cloneRows,
  credentialRows,
  dirRows,
  epollRows,
  eventfdRows,
  execRows,
  fdRows,
  futexRows,
  getdentsRows,
  infoRows,
  memoryRows,
  mqueueRows,
  msgRows,
  openRows,
  pipeRows,
  pollRows,
  prctlRows,
  processRows,
  processVmRows,
  readRows,
  resourceRows,
  schedRows,
  semRows,
  shmRows,
  signalRows,
  statRows,
  syncRows,
  timeRows,
  timerRows,
  waitRows,
  spliceRows,
  inotifyRows,
  memfdRows,
  writeRows,
];

/** Dense, by number: numbers that no family serves have a missing() row, numbers that Linux doesn't have undefined. */
export const SYSCALL_TABLE: readonly (Row | undefined)[] = merge(FAMILIES);

/** Throws, at load, when two families serve one number or a row's name isn't that number's. */
export function merge(families: readonly RowTable[]): (Row | undefined)[] {
  const table: (Row | undefined)[] = SYSCALL_NAMES.map((name) => (name === undefined ? undefined : missing(name)));
  const served = new Set<number>();
  for (const family of families) {
    for (const [key, row] of Object.entries(family)) {
      const nr = Number(key);
      if (served.has(nr)) throw new Error(`system call ${nr} has two rows`);
      if (SYSCALL_NAMES[nr] !== row.name) throw new Error(`system call ${nr} is ${SYSCALL_NAMES[nr]}, not ${row.name}`);
      served.add(nr);
      table[nr] = row;
    }
  }
  return table;
}
