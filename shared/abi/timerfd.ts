/**
 * timerfd_create(2); include/uapi/linux/timerfd.h.
 */

export const TFD_TIMER_ABSTIME = 1;
export const TFD_TIMER_CANCEL_ON_SET = 2;
export const TFD_CLOEXEC = 0x80000;
export const TFD_NONBLOCK = 0x800;
export const TFD_IOC_SET_TICKS = 0x40085400;
