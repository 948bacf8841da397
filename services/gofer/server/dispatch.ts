/** The table of all messages that the server understands. */

import { ATTR_ROWS } from "../handlers/attr.ts";
import { FILE_ROWS } from "../handlers/file.ts";
import { NAME_ROWS } from "../handlers/names.ts";
import { OPEN_ROWS } from "../handlers/open.ts";
import { READDIR_ROWS } from "../handlers/readdir.ts";
import { READTREE_ROWS } from "../handlers/readtree.ts";
import { SESSION_ROWS } from "../handlers/session.ts";
import { SOCKET_ROWS } from "../handlers/sockets.ts";
import { WALK_ROWS } from "../handlers/walk.ts";
import { XATTR_ROWS } from "../handlers/xattr.ts";
import type { ExchangeMaker } from "./checks.ts";

export const EXCHANGE_MAKERS: readonly ExchangeMaker[] = [
  ...SESSION_ROWS,
  ...WALK_ROWS,
  ...ATTR_ROWS,
  ...OPEN_ROWS,
  ...FILE_ROWS,
  ...READDIR_ROWS,
  ...READTREE_ROWS,
  ...NAME_ROWS,
  ...SOCKET_ROWS,
  ...XATTR_ROWS,
];
