/**
 * sysinfo(2), syslog(2), getrandom(2), getcpu(2), reboot(2): include/uapi/linux/sysinfo.h.
 */

import { I64, pad, struct, U16, U32, U53 } from "./layout.ts";

// getrandom(2).
export const GRND_NONBLOCK = 1;
export const GRND_RANDOM = 2;
export const GRND_INSECURE = 4;

// sysinfo(2): loads are fixed-point with this many fraction bits.
export const SI_LOAD_SHIFT = 16;

// reboot(2).
export const LINUX_REBOOT_CMD_CAD_OFF = 0;
export const LINUX_REBOOT_CMD_RESTART = 0x1234567;
export const LINUX_REBOOT_MAGIC2 = 0x28121969;
export const LINUX_REBOOT_CMD_POWER_OFF = 0x4321fedc;
export const LINUX_REBOOT_CMD_KEXEC = 0x45584543;
export const LINUX_REBOOT_CMD_CAD_ON = 0x89abcdef;
export const LINUX_REBOOT_CMD_RESTART2 = 0xa1b2c3d4;
export const LINUX_REBOOT_CMD_HALT = 0xcdef0123;
export const LINUX_REBOOT_CMD_SW_SUSPEND = 0xd000fce2;
export const LINUX_REBOOT_MAGIC1 = 0xfee1dead;

// syslog(2) actions (include/linux/syslog.h).
export const SYSLOG_ACTION_CLOSE = 0;
export const SYSLOG_ACTION_OPEN = 1;
export const SYSLOG_ACTION_READ = 2;
export const SYSLOG_ACTION_READ_ALL = 3;
export const SYSLOG_ACTION_READ_CLEAR = 4;
export const SYSLOG_ACTION_CLEAR = 5;
export const SYSLOG_ACTION_CONSOLE_OFF = 6;
export const SYSLOG_ACTION_CONSOLE_ON = 7;
export const SYSLOG_ACTION_CONSOLE_LEVEL = 8;
export const SYSLOG_ACTION_SIZE_UNREAD = 9;
export const SYSLOG_ACTION_SIZE_BUFFER = 10;

/** struct sysinfo. */
export const SysinfoLayout = struct(
  112,
  {
    uptime: new I64(0),
    load1: new U53(8),
    load5: new U53(16),
    load15: new U53(24),
    totalram: new U53(32),
    freeram: new U53(40),
    sharedram: new U53(48),
    bufferram: new U53(56),
    totalswap: new U53(64),
    freeswap: new U53(72),
    procs: new U16(80),
    totalhigh: new U53(88),
    freehigh: new U53(96),
    memUnit: new U32(104),
  },
  pad(82, 6),
  pad(108, 4),
);
