/** /proc/[pid]/net: what a machine with nothing but a loopback interface shows. */
import { PseudoFile, type PseudoHost, type PseudoInode, StaticDirectory } from "../pseudo/pseudo_inode.ts";

const DEVICE_HEADING =
  "Inter-|   Receive                                                |  Transmit\n" +
  " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n";
const LOOPBACK =
  "    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0\n";
const SOCKET_HEADING =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";

export function netDirectory(filesystem: PseudoHost): StaticDirectory {
  const file = (text: string) => (): PseudoInode => new PseudoFile(filesystem, () => text);
  return new StaticDirectory(filesystem, {
    arp: file("IP address       HW type     Flags       HW address            Mask     Device\n"),
    dev: file(DEVICE_HEADING + LOOPBACK),
    if_inet6: file(""),
    netlink: file("sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n"),
    packet: file("sk       RefCnt Type Proto  Iface R Rmem   User   Inode\n"),
    route: file("Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"),
    sockstat: file("sockets: used 0\nTCP: inuse 0 orphan 0 tw 0 alloc 0 mem 0\nUDP: inuse 0 mem 0\n"),
    tcp: file(`${SOCKET_HEADING}\n`),
    tcp6: file(`${SOCKET_HEADING}\n`),
    udp: file(`${SOCKET_HEADING} ref pointer drops\n`),
    udp6: file(`${SOCKET_HEADING} ref pointer drops\n`),
    unix: file("Num       RefCount Protocol Flags    Type St Inode Path\n"),
  });
}
