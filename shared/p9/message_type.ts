/**
 * Message numbers. Those below 128 are 9P2000.L's own; the rest are the extensions. A reply is its request's number plus one.
 */

export const Tlerror = 6;
export const Tstatfs = 8;
export const Tlopen = 12;
export const Tlcreate = 14;
export const Tsymlink = 16;
export const Tmknod = 18;
export const Treadlink = 22;
export const Tgetattr = 24;
export const Tsetattr = 26;
export const Treaddir = 40;
export const Tfsync = 50;
export const Tlock = 52;
export const Tlink = 70;
export const Tmkdir = 72;
export const Trenameat = 74;
export const Tunlinkat = 76;
export const Tversion = 100;
export const Tattach = 104;
export const Tflush = 108;
export const Tread = 116;
export const Twrite = 118;
export const Tclunk = 120;

export const Twalkgetattr = 128;
export const Tmultigetattr = 130;
export const Tclunkmany = 132;
export const Tallocate = 134;
export const Tbind = 136;
export const Tconnect = 138;
export const Tgetxattr = 140;
export const Tsetxattr = 142;
export const Tlistxattr = 144;
export const Tremovexattr = 146;
export const Twalkopen = 148;
export const Treadtree = 150;

/** The error reply; there is no request of that kind. */
export const Rlerror = Tlerror + 1;
