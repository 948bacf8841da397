/** All exchanges: number, name, and how to make an empty request and reply. For the server's dispatch, logs and tests. */

import type { Message } from "./codec.ts";
import * as type from "./message_type.ts";
import * as attr from "./messages_attr.ts";
import * as names from "./messages_names.ts";
import * as open from "./messages_open.ts";
import * as session from "./messages_session.ts";
import * as tree from "./messages_tree.ts";
import * as xattr from "./messages_xattr.ts";

export interface Exchange {
  readonly type: number;
  readonly name: string;
  readonly request: new () => Message;
  readonly reply: new () => Message;
}

export const EXCHANGES: readonly Exchange[] = [
  { type: type.Tversion, name: "Tversion", request: session.Tversion, reply: session.Rversion },
  { type: type.Tattach, name: "Tattach", request: session.Tattach, reply: session.Rattach },
  { type: type.Tflush, name: "Tflush", request: session.Tflush, reply: session.Rempty },
  { type: type.Tclunk, name: "Tclunk", request: session.Tclunk, reply: session.Rempty },
  { type: type.Tclunkmany, name: "Tclunkmany", request: session.Tclunkmany, reply: session.Rempty },
  { type: type.Twalkgetattr, name: "Twalkgetattr", request: attr.Twalkgetattr, reply: attr.Rwalkgetattr },
  { type: type.Tgetattr, name: "Tgetattr", request: attr.Tgetattr, reply: attr.Rgetattr },
  { type: type.Tmultigetattr, name: "Tmultigetattr", request: attr.Tmultigetattr, reply: attr.Rmultigetattr },
  { type: type.Tsetattr, name: "Tsetattr", request: attr.Tsetattr, reply: attr.Rsetattr },
  { type: type.Treadlink, name: "Treadlink", request: attr.Treadlink, reply: attr.Rreadlink },
  { type: type.Tstatfs, name: "Tstatfs", request: attr.Tstatfs, reply: attr.Rstatfs },
  { type: type.Tlopen, name: "Tlopen", request: open.Tlopen, reply: open.Rlopen },
  { type: type.Twalkopen, name: "Twalkopen", request: open.Twalkopen, reply: open.Rlopen },
  { type: type.Tlcreate, name: "Tlcreate", request: open.Tlcreate, reply: open.Rlcreate },
  { type: type.Tread, name: "Tread", request: open.Tread, reply: open.Rread },
  { type: type.Twrite, name: "Twrite", request: open.Twrite, reply: open.Rwrite },
  { type: type.Treaddir, name: "Treaddir", request: open.Treaddir, reply: open.Rreaddir },
  { type: type.Treadtree, name: "Treadtree", request: tree.Treadtree, reply: tree.Rreadtree },
  { type: type.Tfsync, name: "Tfsync", request: open.Tfsync, reply: session.Rempty },
  { type: type.Tallocate, name: "Tallocate", request: open.Tallocate, reply: session.Rempty },
  { type: type.Tlock, name: "Tlock", request: open.Tlock, reply: open.Rlock },
  { type: type.Tmkdir, name: "Tmkdir", request: names.Tmkdir, reply: names.Rmade },
  { type: type.Tsymlink, name: "Tsymlink", request: names.Tsymlink, reply: names.Rmade },
  { type: type.Tmknod, name: "Tmknod", request: names.Tmknod, reply: names.Rmade },
  { type: type.Tlink, name: "Tlink", request: names.Tlink, reply: names.Rmade },
  { type: type.Trenameat, name: "Trenameat", request: names.Trenameat, reply: session.Rempty },
  { type: type.Tunlinkat, name: "Tunlinkat", request: names.Tunlinkat, reply: session.Rempty },
  { type: type.Tbind, name: "Tbind", request: names.Tbind, reply: names.Rmade },
  { type: type.Tconnect, name: "Tconnect", request: names.Tconnect, reply: session.Rempty },
  { type: type.Tgetxattr, name: "Tgetxattr", request: xattr.Tgetxattr, reply: xattr.Rgetxattr },
  { type: type.Tsetxattr, name: "Tsetxattr", request: xattr.Tsetxattr, reply: session.Rempty },
  { type: type.Tlistxattr, name: "Tlistxattr", request: xattr.Tlistxattr, reply: xattr.Rlistxattr },
  { type: type.Tremovexattr, name: "Tremovexattr", request: xattr.Tremovexattr, reply: session.Rempty },
];

const BY_TYPE: (Exchange | undefined)[] = [];
for (const exchange of EXCHANGES) BY_TYPE[exchange.type] = exchange;

/** The name of a message number for logs: "Twalkgetattr", "Rread", "type 99". */
export function messageName(type: number): string {
  const request = BY_TYPE[type];
  if (request !== undefined) return request.name;
  const answered = BY_TYPE[type - 1];
  if (answered !== undefined) return `R${answered.name.slice(1)}`;
  return type === 7 ? "Rlerror" : `type ${type}`;
}
