/**
 * What a signal says of itself: siginfo_t (sigaction(2)), decoded. Which members count follows from `layout`.
 *
 * One class with all members keeps every user monomorphic; `raw` carries what rt_sigqueueinfo(2) was given.
 */
import {
  SI_KERNEL,
  SI_TIMER,
  SI_TKILL,
  SI_USER,
  SiginfoChildLayout,
  SiginfoFaultLayout,
  SiginfoLayout,
  SiginfoPollLayout,
  SiginfoRtLayout,
  SiginfoSysLayout,
  SiginfoTimerLayout,
} from "../../../../shared/abi/signal.ts";

/** Which member of the siginfo union is filled. */
export const INFO_SENDER = 0;
export const INFO_TIMER = 1;
export const INFO_CHILD = 2;
export const INFO_FAULT = 3;
export const INFO_POLL = 4;
export const INFO_SYSTEM_CALL = 5;
export const INFO_RAW = 6;

/** What a POSIX timer does when its signal is taken: computes the overrun and arms itself again. */
export interface SignalSource {
  onDequeued(info: SignalInfo): void;
}

export class SignalInfo {
  readonly signal: number;
  code: number;
  layout = INFO_SENDER;
  pid = 0;
  uid = 0;
  valueLow = 0;
  valueHigh = 0;
  status = 0;
  /** Clock ticks. */
  utime = 0;
  stime = 0;
  address = 0;
  band = 0;
  fd = 0;
  timerId = 0;
  overrun = 0;
  syscall = 0;
  raw: Uint8Array | null = null;
  source: SignalSource | null = null;
  /** Sent from outside the container (runtime, terminal of the host): an init can't refuse it. */
  fromOutside = false;

  constructor(signal: number, code: number) {
    this.signal = signal;
    this.code = code;
  }

  /** kill(2). */
  static user(signal: number, pid: number, uid: number): SignalInfo {
    const info = new SignalInfo(signal, SI_USER);
    info.pid = pid;
    info.uid = uid;
    return info;
  }

  /** tgkill(2). */
  static thread(signal: number, pid: number, uid: number): SignalInfo {
    const info = new SignalInfo(signal, SI_TKILL);
    info.pid = pid;
    info.uid = uid;
    return info;
  }

  static kernel(signal: number): SignalInfo {
    const info = new SignalInfo(signal, SI_KERNEL);
    info.fromOutside = true;
    return info;
  }

  static fault(signal: number, code: number, address: number): SignalInfo {
    const info = new SignalInfo(signal, code);
    info.layout = INFO_FAULT;
    info.address = address;
    return info;
  }

  static timer(signal: number, timerId: number, valueLow: number, valueHigh: number): SignalInfo {
    const info = new SignalInfo(signal, SI_TIMER);
    info.layout = INFO_TIMER;
    info.timerId = timerId;
    info.valueLow = valueLow;
    info.valueHigh = valueHigh;
    return info;
  }

  /** SIGIO with a reason; `band` is POLL* events. */
  static poll(signal: number, code: number, band: number, fd: number): SignalInfo {
    const info = new SignalInfo(signal, code);
    info.layout = INFO_POLL;
    info.band = band;
    info.fd = fd;
    return info;
  }

  /** rt_sigqueueinfo(2): the bytes as the program gave them, at least 48 of them meaningful. */
  static fromBytes(signal: number, view: DataView, start: number): SignalInfo {
    const info = new SignalInfo(signal, SiginfoLayout.code.read(view, start));
    info.layout = INFO_RAW;
    info.pid = SiginfoRtLayout.pid.read(view, start);
    info.uid = SiginfoRtLayout.uid.read(view, start);
    info.valueLow = SiginfoRtLayout.valueLo.read(view, start);
    info.valueHigh = SiginfoRtLayout.valueHi.read(view, start);
    info.raw = new Uint8Array(view.buffer, view.byteOffset + start, SiginfoLayout.byteLength).slice();
    return info;
  }
}

/** Writes the 128 bytes of siginfo_t at `start`. */
export function writeSignalInfo(info: SignalInfo, view: DataView, start: number): void {
  SiginfoLayout.zero(view, start);
  if (info.raw !== null) {
    const raw = info.raw;
    for (let i = 0; i < raw.length; i++) view.setUint8(start + i, raw[i]);
  }
  SiginfoLayout.signo.write(view, start, info.signal);
  SiginfoLayout.code.write(view, start, info.code);
  switch (info.layout) {
    case INFO_SENDER:
      SiginfoRtLayout.pid.write(view, start, info.pid);
      SiginfoRtLayout.uid.write(view, start, info.uid);
      SiginfoRtLayout.valueLo.write(view, start, info.valueLow);
      SiginfoRtLayout.valueHi.write(view, start, info.valueHigh);
      break;
    case INFO_TIMER:
      SiginfoTimerLayout.tid.write(view, start, info.timerId);
      SiginfoTimerLayout.overrun.write(view, start, info.overrun);
      SiginfoTimerLayout.valueLo.write(view, start, info.valueLow);
      SiginfoTimerLayout.valueHi.write(view, start, info.valueHigh);
      break;
    case INFO_CHILD:
      SiginfoChildLayout.pid.write(view, start, info.pid);
      SiginfoChildLayout.uid.write(view, start, info.uid);
      SiginfoChildLayout.status.write(view, start, info.status);
      SiginfoChildLayout.utime.write(view, start, info.utime);
      SiginfoChildLayout.stime.write(view, start, info.stime);
      break;
    case INFO_FAULT:
      SiginfoFaultLayout.addr.write(view, start, info.address);
      break;
    case INFO_POLL:
      SiginfoPollLayout.band.write(view, start, info.band);
      SiginfoPollLayout.fd.write(view, start, info.fd);
      break;
    case INFO_SYSTEM_CALL:
      SiginfoSysLayout.callAddr.write(view, start, info.address);
      SiginfoSysLayout.syscall.write(view, start, info.syscall);
      SiginfoSysLayout.arch.write(view, start, 0xc000003e);
      break;
    default:
      break;
  }
}
