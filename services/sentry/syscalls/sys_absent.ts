/** System calls that answer as a Linux without the feature does. Each row says what programs do instead. */
import { ENOSYS, EOPNOTSUPP } from "../../../shared/abi/errno.ts";
import { type RowTable, unsupported } from "./row.ts";

const REMOVED = "Linux has removed it";
const NEVER = "a number that Linux has reserved and never used";
const OTHER_WORD_SIZE = "Linux, too, has it for 32-bit programs only";
const AIO = "as without CONFIG_AIO; libraries fall back to threads";
const KEYS = "as without CONFIG_KEYS";
const FANOTIFY = "as without CONFIG_FANOTIFY; inotify(7) is there";
const IO_URING = "as without CONFIG_IO_URING; libraries fall back to epoll(7)";
const LANDLOCK = "as without CONFIG_SECURITY_LANDLOCK; the sandbox itself confines";
const LSM = "as without CONFIG_SECURITY";
const QUOTA = "as without CONFIG_QUOTA";
const ONE_NODE = "as without CONFIG_NUMA: there is one memory node";
const FUTEX2 = "waits on private words run on the host and wouldn't meet these; futex(2) is there";
const NEWER = "newer than the kernel that uname(2) names";

function absent(name: string, note: string) {
  return unsupported(name, -ENOSYS, note);
}

export const absentRows: RowTable = {
  134: absent("uselib", "as without CONFIG_USELIB"),
  136: absent("ustat", "statfs(2) tells the same"),
  139: absent("sysfs", "/proc/filesystems tells the same"),
  154: absent("modify_ldt", "as without CONFIG_MODIFY_LDT_SYSCALL"),
  156: absent("_sysctl", REMOVED),
  174: absent("create_module", REMOVED),
  177: absent("get_kernel_syms", REMOVED),
  178: absent("query_module", REMOVED),
  179: absent("quotactl", QUOTA),
  180: absent("nfsservctl", REMOVED),
  181: absent("getpmsg", NEVER),
  182: absent("putpmsg", NEVER),
  183: absent("afs_syscall", NEVER),
  184: absent("tuxcall", NEVER),
  185: absent("security", NEVER),
  205: absent("set_thread_area", OTHER_WORD_SIZE),
  206: absent("io_setup", AIO),
  207: absent("io_destroy", AIO),
  208: absent("io_getevents", AIO),
  209: absent("io_submit", AIO),
  210: absent("io_cancel", AIO),
  211: absent("get_thread_area", OTHER_WORD_SIZE),
  214: absent("epoll_ctl_old", NEVER),
  215: absent("epoll_wait_old", NEVER),
  236: absent("vserver", NEVER),
  248: absent("add_key", KEYS),
  249: absent("request_key", KEYS),
  250: absent("keyctl", KEYS),
  256: absent("migrate_pages", ONE_NODE),
  279: absent("move_pages", ONE_NODE),
  300: absent("fanotify_init", FANOTIFY),
  301: absent("fanotify_mark", FANOTIFY),
  333: absent("io_pgetevents", AIO),
  334: absent(
    "rseq",
    "as without CONFIG_RSEQ: preempted sequences couldn't be seen; libraries use atomic instructions",
  ),
  425: absent("io_uring_setup", IO_URING),
  426: absent("io_uring_enter", IO_URING),
  427: absent("io_uring_register", IO_URING),
  443: absent("quotactl_fd", QUOTA),
  444: absent("landlock_create_ruleset", LANDLOCK),
  445: absent("landlock_add_rule", LANDLOCK),
  446: absent("landlock_restrict_self", LANDLOCK),
  447: absent("memfd_secret", "as with secretmem.enable=0; memfd_create(2) is there"),
  448: absent("process_mrelease", "memory goes at once when a process is killed"),
  449: absent("futex_waitv", FUTEX2),
  450: absent("set_mempolicy_home_node", ONE_NODE),
  451: absent("cachestat", "the page cache is the host's"),
  453: unsupported("map_shadow_stack", -EOPNOTSUPP, "as on a processor without shadow stacks"),
  454: absent("futex_wake", FUTEX2),
  455: absent("futex_wait", FUTEX2),
  456: absent("futex_requeue", FUTEX2),
  457: absent("statmount", "/proc/self/mountinfo tells the same"),
  458: absent("listmount", "/proc/self/mountinfo tells the same"),
  459: absent("lsm_get_self_attr", LSM),
  460: absent("lsm_set_self_attr", LSM),
  461: absent("lsm_list_modules", LSM),
  462: absent("mseal", "mappings can't be sealed"),
  463: absent("setxattrat", NEWER),
  464: absent("getxattrat", NEWER),
  465: absent("listxattrat", NEWER),
  466: absent("removexattrat", NEWER),
  467: absent("open_tree_attr", NEWER),
  468: absent("file_getattr", NEWER),
  469: absent("file_setattr", NEWER),
};
