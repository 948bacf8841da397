/**
 * System call numbers of x86-64; arch/x86/entry/syscalls/syscall_64.tbl.
 */

export const SYS_read = 0;
export const SYS_write = 1;
export const SYS_open = 2;
export const SYS_close = 3;
export const SYS_stat = 4;
export const SYS_fstat = 5;
export const SYS_lstat = 6;
export const SYS_poll = 7;
export const SYS_lseek = 8;
export const SYS_mmap = 9;
export const SYS_mprotect = 10;
export const SYS_munmap = 11;
export const SYS_brk = 12;
export const SYS_rt_sigaction = 13;
export const SYS_rt_sigprocmask = 14;
export const SYS_rt_sigreturn = 15;
export const SYS_ioctl = 16;
export const SYS_pread64 = 17;
export const SYS_pwrite64 = 18;
export const SYS_readv = 19;
export const SYS_writev = 20;
export const SYS_access = 21;
export const SYS_pipe = 22;
export const SYS_select = 23;
export const SYS_sched_yield = 24;
export const SYS_mremap = 25;
export const SYS_msync = 26;
export const SYS_mincore = 27;
export const SYS_madvise = 28;
export const SYS_shmget = 29;
export const SYS_shmat = 30;
export const SYS_shmctl = 31;
export const SYS_dup = 32;
export const SYS_dup2 = 33;
export const SYS_pause = 34;
export const SYS_nanosleep = 35;
export const SYS_getitimer = 36;
export const SYS_alarm = 37;
export const SYS_setitimer = 38;
export const SYS_getpid = 39;
export const SYS_sendfile = 40;
export const SYS_socket = 41;
export const SYS_connect = 42;
export const SYS_accept = 43;
export const SYS_sendto = 44;
export const SYS_recvfrom = 45;
export const SYS_sendmsg = 46;
export const SYS_recvmsg = 47;
export const SYS_shutdown = 48;
export const SYS_bind = 49;
export const SYS_listen = 50;
export const SYS_getsockname = 51;
export const SYS_getpeername = 52;
export const SYS_socketpair = 53;
export const SYS_setsockopt = 54;
export const SYS_getsockopt = 55;
export const SYS_clone = 56;
export const SYS_fork = 57;
export const SYS_vfork = 58;
export const SYS_execve = 59;
export const SYS_exit = 60;
export const SYS_wait4 = 61;
export const SYS_kill = 62;
export const SYS_uname = 63;
export const SYS_semget = 64;
export const SYS_semop = 65;
export const SYS_semctl = 66;
export const SYS_shmdt = 67;
export const SYS_msgget = 68;
export const SYS_msgsnd = 69;
export const SYS_msgrcv = 70;
export const SYS_msgctl = 71;
export const SYS_fcntl = 72;
export const SYS_flock = 73;
export const SYS_fsync = 74;
export const SYS_fdatasync = 75;
export const SYS_truncate = 76;
export const SYS_ftruncate = 77;
export const SYS_getdents = 78;
export const SYS_getcwd = 79;
export const SYS_chdir = 80;
export const SYS_fchdir = 81;
export const SYS_rename = 82;
export const SYS_mkdir = 83;
export const SYS_rmdir = 84;
export const SYS_creat = 85;
export const SYS_link = 86;
export const SYS_unlink = 87;
export const SYS_symlink = 88;
export const SYS_readlink = 89;
export const SYS_chmod = 90;
export const SYS_fchmod = 91;
export const SYS_chown = 92;
export const SYS_fchown = 93;
export const SYS_lchown = 94;
export const SYS_umask = 95;
export const SYS_gettimeofday = 96;
export const SYS_getrlimit = 97;
export const SYS_getrusage = 98;
export const SYS_sysinfo = 99;
export const SYS_times = 100;
export const SYS_ptrace = 101;
export const SYS_getuid = 102;
export const SYS_syslog = 103;
export const SYS_getgid = 104;
export const SYS_setuid = 105;
export const SYS_setgid = 106;
export const SYS_geteuid = 107;
export const SYS_getegid = 108;
export const SYS_setpgid = 109;
export const SYS_getppid = 110;
export const SYS_getpgrp = 111;
export const SYS_setsid = 112;
export const SYS_setreuid = 113;
export const SYS_setregid = 114;
export const SYS_getgroups = 115;
export const SYS_setgroups = 116;
export const SYS_setresuid = 117;
export const SYS_getresuid = 118;
export const SYS_setresgid = 119;
export const SYS_getresgid = 120;
export const SYS_getpgid = 121;
export const SYS_setfsuid = 122;
export const SYS_setfsgid = 123;
export const SYS_getsid = 124;
export const SYS_capget = 125;
export const SYS_capset = 126;
export const SYS_rt_sigpending = 127;
export const SYS_rt_sigtimedwait = 128;
export const SYS_rt_sigqueueinfo = 129;
export const SYS_rt_sigsuspend = 130;
export const SYS_sigaltstack = 131;
export const SYS_utime = 132;
export const SYS_mknod = 133;
export const SYS_uselib = 134;
export const SYS_personality = 135;
export const SYS_ustat = 136;
export const SYS_statfs = 137;
export const SYS_fstatfs = 138;
export const SYS_sysfs = 139;
export const SYS_getpriority = 140;
export const SYS_setpriority = 141;
export const SYS_sched_setparam = 142;
export const SYS_sched_getparam = 143;
export const SYS_sched_setscheduler = 144;
export const SYS_sched_getscheduler = 145;
export const SYS_sched_get_priority_max = 146;
export const SYS_sched_get_priority_min = 147;
export const SYS_sched_rr_get_interval = 148;
export const SYS_mlock = 149;
export const SYS_munlock = 150;
export const SYS_mlockall = 151;
export const SYS_munlockall = 152;
export const SYS_vhangup = 153;
export const SYS_modify_ldt = 154;
export const SYS_pivot_root = 155;
export const SYS__sysctl = 156;
export const SYS_prctl = 157;
export const SYS_arch_prctl = 158;
export const SYS_adjtimex = 159;
export const SYS_setrlimit = 160;
export const SYS_chroot = 161;
export const SYS_sync = 162;
export const SYS_acct = 163;
export const SYS_settimeofday = 164;
export const SYS_mount = 165;
export const SYS_umount2 = 166;
export const SYS_swapon = 167;
export const SYS_swapoff = 168;
export const SYS_reboot = 169;
export const SYS_sethostname = 170;
export const SYS_setdomainname = 171;
export const SYS_iopl = 172;
export const SYS_ioperm = 173;
export const SYS_create_module = 174;
export const SYS_init_module = 175;
export const SYS_delete_module = 176;
export const SYS_get_kernel_syms = 177;
export const SYS_query_module = 178;
export const SYS_quotactl = 179;
export const SYS_nfsservctl = 180;
export const SYS_getpmsg = 181;
export const SYS_putpmsg = 182;
export const SYS_afs_syscall = 183;
export const SYS_tuxcall = 184;
export const SYS_security = 185;
export const SYS_gettid = 186;
export const SYS_readahead = 187;
export const SYS_setxattr = 188;
export const SYS_lsetxattr = 189;
export const SYS_fsetxattr = 190;
export const SYS_getxattr = 191;
export const SYS_lgetxattr = 192;
export const SYS_fgetxattr = 193;
export const SYS_listxattr = 194;
export const SYS_llistxattr = 195;
export const SYS_flistxattr = 196;
export const SYS_removexattr = 197;
export const SYS_lremovexattr = 198;
export const SYS_fremovexattr = 199;
export const SYS_tkill = 200;
export const SYS_time = 201;
export const SYS_futex = 202;
export const SYS_sched_setaffinity = 203;
export const SYS_sched_getaffinity = 204;
export const SYS_set_thread_area = 205;
export const SYS_io_setup = 206;
export const SYS_io_destroy = 207;
export const SYS_io_getevents = 208;
export const SYS_io_submit = 209;
export const SYS_io_cancel = 210;
export const SYS_get_thread_area = 211;
export const SYS_lookup_dcookie = 212;
export const SYS_epoll_create = 213;
export const SYS_epoll_ctl_old = 214;
export const SYS_epoll_wait_old = 215;
export const SYS_remap_file_pages = 216;
export const SYS_getdents64 = 217;
export const SYS_set_tid_address = 218;
export const SYS_restart_syscall = 219;
export const SYS_semtimedop = 220;
export const SYS_fadvise64 = 221;
export const SYS_timer_create = 222;
export const SYS_timer_settime = 223;
export const SYS_timer_gettime = 224;
export const SYS_timer_getoverrun = 225;
export const SYS_timer_delete = 226;
export const SYS_clock_settime = 227;
export const SYS_clock_gettime = 228;
export const SYS_clock_getres = 229;
export const SYS_clock_nanosleep = 230;
export const SYS_exit_group = 231;
export const SYS_epoll_wait = 232;
export const SYS_epoll_ctl = 233;
export const SYS_tgkill = 234;
export const SYS_utimes = 235;
export const SYS_vserver = 236;
export const SYS_mbind = 237;
export const SYS_set_mempolicy = 238;
export const SYS_get_mempolicy = 239;
export const SYS_mq_open = 240;
export const SYS_mq_unlink = 241;
export const SYS_mq_timedsend = 242;
export const SYS_mq_timedreceive = 243;
export const SYS_mq_notify = 244;
export const SYS_mq_getsetattr = 245;
export const SYS_kexec_load = 246;
export const SYS_waitid = 247;
export const SYS_add_key = 248;
export const SYS_request_key = 249;
export const SYS_keyctl = 250;
export const SYS_ioprio_set = 251;
export const SYS_ioprio_get = 252;
export const SYS_inotify_init = 253;
export const SYS_inotify_add_watch = 254;
export const SYS_inotify_rm_watch = 255;
export const SYS_migrate_pages = 256;
export const SYS_openat = 257;
export const SYS_mkdirat = 258;
export const SYS_mknodat = 259;
export const SYS_fchownat = 260;
export const SYS_futimesat = 261;
export const SYS_newfstatat = 262;
export const SYS_unlinkat = 263;
export const SYS_renameat = 264;
export const SYS_linkat = 265;
export const SYS_symlinkat = 266;
export const SYS_readlinkat = 267;
export const SYS_fchmodat = 268;
export const SYS_faccessat = 269;
export const SYS_pselect6 = 270;
export const SYS_ppoll = 271;
export const SYS_unshare = 272;
export const SYS_set_robust_list = 273;
export const SYS_get_robust_list = 274;
export const SYS_splice = 275;
export const SYS_tee = 276;
export const SYS_sync_file_range = 277;
export const SYS_vmsplice = 278;
export const SYS_move_pages = 279;
export const SYS_utimensat = 280;
export const SYS_epoll_pwait = 281;
export const SYS_signalfd = 282;
export const SYS_timerfd_create = 283;
export const SYS_eventfd = 284;
export const SYS_fallocate = 285;
export const SYS_timerfd_settime = 286;
export const SYS_timerfd_gettime = 287;
export const SYS_accept4 = 288;
export const SYS_signalfd4 = 289;
export const SYS_eventfd2 = 290;
export const SYS_epoll_create1 = 291;
export const SYS_dup3 = 292;
export const SYS_pipe2 = 293;
export const SYS_inotify_init1 = 294;
export const SYS_preadv = 295;
export const SYS_pwritev = 296;
export const SYS_rt_tgsigqueueinfo = 297;
export const SYS_perf_event_open = 298;
export const SYS_recvmmsg = 299;
export const SYS_fanotify_init = 300;
export const SYS_fanotify_mark = 301;
export const SYS_prlimit64 = 302;
export const SYS_name_to_handle_at = 303;
export const SYS_open_by_handle_at = 304;
export const SYS_clock_adjtime = 305;
export const SYS_syncfs = 306;
export const SYS_sendmmsg = 307;
export const SYS_setns = 308;
export const SYS_getcpu = 309;
export const SYS_process_vm_readv = 310;
export const SYS_process_vm_writev = 311;
export const SYS_kcmp = 312;
export const SYS_finit_module = 313;
export const SYS_sched_setattr = 314;
export const SYS_sched_getattr = 315;
export const SYS_renameat2 = 316;
export const SYS_seccomp = 317;
export const SYS_getrandom = 318;
export const SYS_memfd_create = 319;
export const SYS_kexec_file_load = 320;
export const SYS_bpf = 321;
export const SYS_execveat = 322;
export const SYS_userfaultfd = 323;
export const SYS_membarrier = 324;
export const SYS_mlock2 = 325;
export const SYS_copy_file_range = 326;
export const SYS_preadv2 = 327;
export const SYS_pwritev2 = 328;
export const SYS_pkey_mprotect = 329;
export const SYS_pkey_alloc = 330;
export const SYS_pkey_free = 331;
export const SYS_statx = 332;
export const SYS_io_pgetevents = 333;
export const SYS_rseq = 334;
export const SYS_pidfd_send_signal = 424;
export const SYS_io_uring_setup = 425;
export const SYS_io_uring_enter = 426;
export const SYS_io_uring_register = 427;
export const SYS_open_tree = 428;
export const SYS_move_mount = 429;
export const SYS_fsopen = 430;
export const SYS_fsconfig = 431;
export const SYS_fsmount = 432;
export const SYS_fspick = 433;
export const SYS_pidfd_open = 434;
export const SYS_clone3 = 435;
export const SYS_close_range = 436;
export const SYS_openat2 = 437;
export const SYS_pidfd_getfd = 438;
export const SYS_faccessat2 = 439;
export const SYS_process_madvise = 440;
export const SYS_epoll_pwait2 = 441;
export const SYS_mount_setattr = 442;
export const SYS_quotactl_fd = 443;
export const SYS_landlock_create_ruleset = 444;
export const SYS_landlock_add_rule = 445;
export const SYS_landlock_restrict_self = 446;
export const SYS_memfd_secret = 447;
export const SYS_process_mrelease = 448;
export const SYS_futex_waitv = 449;
export const SYS_set_mempolicy_home_node = 450;
export const SYS_cachestat = 451;
export const SYS_fchmodat2 = 452;
export const SYS_map_shadow_stack = 453;
export const SYS_futex_wake = 454;
export const SYS_futex_wait = 455;
export const SYS_futex_requeue = 456;
export const SYS_statmount = 457;
export const SYS_listmount = 458;
export const SYS_lsm_get_self_attr = 459;
export const SYS_lsm_set_self_attr = 460;
export const SYS_lsm_list_modules = 461;
export const SYS_mseal = 462;
export const SYS_setxattrat = 463;
export const SYS_getxattrat = 464;
export const SYS_listxattrat = 465;
export const SYS_removexattrat = 466;
export const SYS_open_tree_attr = 467;
export const SYS_file_getattr = 468;
export const SYS_file_setattr = 469;

/** One above the highest number. */
export const SYSCALL_COUNT = 470;

/** Names by number; numbers that were never given out are undefined. */
export const SYSCALL_NAMES: readonly (string | undefined)[] = namesByNumber({
  0: "read",
  1: "write",
  2: "open",
  3: "close",
  4: "stat",
  5: "fstat",
  6: "lstat",
  7: "poll",
  8: "lseek",
  9: "mmap",
  10: "mprotect",
  11: "munmap",
  12: "brk",
  13: "rt_sigaction",
  14: "rt_sigprocmask",
  15: "rt_sigreturn",
  16: "ioctl",
  17: "pread64",
  18: "pwrite64",
  19: "readv",
  20: "writev",
  21: "access",
  22: "pipe",
  23: "select",
  24: "sched_yield",
  25: "mremap",
  26: "msync",
  27: "mincore",
  28: "madvise",
  29: "shmget",
  30: "shmat",
  31: "shmctl",
  32: "dup",
  33: "dup2",
  34: "pause",
  35: "nanosleep",
  36: "getitimer",
  37: "alarm",
  38: "setitimer",
  39: "getpid",
  40: "sendfile",
  41: "socket",
  42: "connect",
  43: "accept",
  44: "sendto",
  45: "recvfrom",
  46: "sendmsg",
  47: "recvmsg",
  48: "shutdown",
  49: "bind",
  50: "listen",
  51: "getsockname",
  52: "getpeername",
  53: "socketpair",
  54: "setsockopt",
  55: "getsockopt",
  56: "clone",
  57: "fork",
  58: "vfork",
  59: "execve",
  60: "exit",
  61: "wait4",
  62: "kill",
  63: "uname",
  64: "semget",
  65: "semop",
  66: "semctl",
  67: "shmdt",
  68: "msgget",
  69: "msgsnd",
  70: "msgrcv",
  71: "msgctl",
  72: "fcntl",
  73: "flock",
  74: "fsync",
  75: "fdatasync",
  76: "truncate",
  77: "ftruncate",
  78: "getdents",
  79: "getcwd",
  80: "chdir",
  81: "fchdir",
  82: "rename",
  83: "mkdir",
  84: "rmdir",
  85: "creat",
  86: "link",
  87: "unlink",
  88: "symlink",
  89: "readlink",
  90: "chmod",
  91: "fchmod",
  92: "chown",
  93: "fchown",
  94: "lchown",
  95: "umask",
  96: "gettimeofday",
  97: "getrlimit",
  98: "getrusage",
  99: "sysinfo",
  100: "times",
  101: "ptrace",
  102: "getuid",
  103: "syslog",
  104: "getgid",
  105: "setuid",
  106: "setgid",
  107: "geteuid",
  108: "getegid",
  109: "setpgid",
  110: "getppid",
  111: "getpgrp",
  112: "setsid",
  113: "setreuid",
  114: "setregid",
  115: "getgroups",
  116: "setgroups",
  117: "setresuid",
  118: "getresuid",
  119: "setresgid",
  120: "getresgid",
  121: "getpgid",
  122: "setfsuid",
  123: "setfsgid",
  124: "getsid",
  125: "capget",
  126: "capset",
  127: "rt_sigpending",
  128: "rt_sigtimedwait",
  129: "rt_sigqueueinfo",
  130: "rt_sigsuspend",
  131: "sigaltstack",
  132: "utime",
  133: "mknod",
  134: "uselib",
  135: "personality",
  136: "ustat",
  137: "statfs",
  138: "fstatfs",
  139: "sysfs",
  140: "getpriority",
  141: "setpriority",
  142: "sched_setparam",
  143: "sched_getparam",
  144: "sched_setscheduler",
  145: "sched_getscheduler",
  146: "sched_get_priority_max",
  147: "sched_get_priority_min",
  148: "sched_rr_get_interval",
  149: "mlock",
  150: "munlock",
  151: "mlockall",
  152: "munlockall",
  153: "vhangup",
  154: "modify_ldt",
  155: "pivot_root",
  156: "_sysctl",
  157: "prctl",
  158: "arch_prctl",
  159: "adjtimex",
  160: "setrlimit",
  161: "chroot",
  162: "sync",
  163: "acct",
  164: "settimeofday",
  165: "mount",
  166: "umount2",
  167: "swapon",
  168: "swapoff",
  169: "reboot",
  170: "sethostname",
  171: "setdomainname",
  172: "iopl",
  173: "ioperm",
  174: "create_module",
  175: "init_module",
  176: "delete_module",
  177: "get_kernel_syms",
  178: "query_module",
  179: "quotactl",
  180: "nfsservctl",
  181: "getpmsg",
  182: "putpmsg",
  183: "afs_syscall",
  184: "tuxcall",
  185: "security",
  186: "gettid",
  187: "readahead",
  188: "setxattr",
  189: "lsetxattr",
  190: "fsetxattr",
  191: "getxattr",
  192: "lgetxattr",
  193: "fgetxattr",
  194: "listxattr",
  195: "llistxattr",
  196: "flistxattr",
  197: "removexattr",
  198: "lremovexattr",
  199: "fremovexattr",
  200: "tkill",
  201: "time",
  202: "futex",
  203: "sched_setaffinity",
  204: "sched_getaffinity",
  205: "set_thread_area",
  206: "io_setup",
  207: "io_destroy",
  208: "io_getevents",
  209: "io_submit",
  210: "io_cancel",
  211: "get_thread_area",
  212: "lookup_dcookie",
  213: "epoll_create",
  214: "epoll_ctl_old",
  215: "epoll_wait_old",
  216: "remap_file_pages",
  217: "getdents64",
  218: "set_tid_address",
  219: "restart_syscall",
  220: "semtimedop",
  221: "fadvise64",
  222: "timer_create",
  223: "timer_settime",
  224: "timer_gettime",
  225: "timer_getoverrun",
  226: "timer_delete",
  227: "clock_settime",
  228: "clock_gettime",
  229: "clock_getres",
  230: "clock_nanosleep",
  231: "exit_group",
  232: "epoll_wait",
  233: "epoll_ctl",
  234: "tgkill",
  235: "utimes",
  236: "vserver",
  237: "mbind",
  238: "set_mempolicy",
  239: "get_mempolicy",
  240: "mq_open",
  241: "mq_unlink",
  242: "mq_timedsend",
  243: "mq_timedreceive",
  244: "mq_notify",
  245: "mq_getsetattr",
  246: "kexec_load",
  247: "waitid",
  248: "add_key",
  249: "request_key",
  250: "keyctl",
  251: "ioprio_set",
  252: "ioprio_get",
  253: "inotify_init",
  254: "inotify_add_watch",
  255: "inotify_rm_watch",
  256: "migrate_pages",
  257: "openat",
  258: "mkdirat",
  259: "mknodat",
  260: "fchownat",
  261: "futimesat",
  262: "newfstatat",
  263: "unlinkat",
  264: "renameat",
  265: "linkat",
  266: "symlinkat",
  267: "readlinkat",
  268: "fchmodat",
  269: "faccessat",
  270: "pselect6",
  271: "ppoll",
  272: "unshare",
  273: "set_robust_list",
  274: "get_robust_list",
  275: "splice",
  276: "tee",
  277: "sync_file_range",
  278: "vmsplice",
  279: "move_pages",
  280: "utimensat",
  281: "epoll_pwait",
  282: "signalfd",
  283: "timerfd_create",
  284: "eventfd",
  285: "fallocate",
  286: "timerfd_settime",
  287: "timerfd_gettime",
  288: "accept4",
  289: "signalfd4",
  290: "eventfd2",
  291: "epoll_create1",
  292: "dup3",
  293: "pipe2",
  294: "inotify_init1",
  295: "preadv",
  296: "pwritev",
  297: "rt_tgsigqueueinfo",
  298: "perf_event_open",
  299: "recvmmsg",
  300: "fanotify_init",
  301: "fanotify_mark",
  302: "prlimit64",
  303: "name_to_handle_at",
  304: "open_by_handle_at",
  305: "clock_adjtime",
  306: "syncfs",
  307: "sendmmsg",
  308: "setns",
  309: "getcpu",
  310: "process_vm_readv",
  311: "process_vm_writev",
  312: "kcmp",
  313: "finit_module",
  314: "sched_setattr",
  315: "sched_getattr",
  316: "renameat2",
  317: "seccomp",
  318: "getrandom",
  319: "memfd_create",
  320: "kexec_file_load",
  321: "bpf",
  322: "execveat",
  323: "userfaultfd",
  324: "membarrier",
  325: "mlock2",
  326: "copy_file_range",
  327: "preadv2",
  328: "pwritev2",
  329: "pkey_mprotect",
  330: "pkey_alloc",
  331: "pkey_free",
  332: "statx",
  333: "io_pgetevents",
  334: "rseq",
  424: "pidfd_send_signal",
  425: "io_uring_setup",
  426: "io_uring_enter",
  427: "io_uring_register",
  428: "open_tree",
  429: "move_mount",
  430: "fsopen",
  431: "fsconfig",
  432: "fsmount",
  433: "fspick",
  434: "pidfd_open",
  435: "clone3",
  436: "close_range",
  437: "openat2",
  438: "pidfd_getfd",
  439: "faccessat2",
  440: "process_madvise",
  441: "epoll_pwait2",
  442: "mount_setattr",
  443: "quotactl_fd",
  444: "landlock_create_ruleset",
  445: "landlock_add_rule",
  446: "landlock_restrict_self",
  447: "memfd_secret",
  448: "process_mrelease",
  449: "futex_waitv",
  450: "set_mempolicy_home_node",
  451: "cachestat",
  452: "fchmodat2",
  453: "map_shadow_stack",
  454: "futex_wake",
  455: "futex_wait",
  456: "futex_requeue",
  457: "statmount",
  458: "listmount",
  459: "lsm_get_self_attr",
  460: "lsm_set_self_attr",
  461: "lsm_list_modules",
  462: "mseal",
  463: "setxattrat",
  464: "getxattrat",
  465: "listxattrat",
  466: "removexattrat",
  467: "open_tree_attr",
  468: "file_getattr",
  469: "file_setattr",
});

/** The name of a system call for logs: "read", or "sys_999". */
export function syscallName(nr: number): string {
  return SYSCALL_NAMES[nr] ?? `sys_${nr}`;
}

function namesByNumber(table: Record<number, string>): (string | undefined)[] {
  const names = new Array<string | undefined>(SYSCALL_COUNT).fill(undefined);
  for (const [nr, name] of Object.entries(table)) names[Number(nr)] = name;
  return names;
}
