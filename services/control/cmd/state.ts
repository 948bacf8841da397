/** `state`: a container's state as the OCI runtime specification prints it. */

import { toText } from "../caller.ts";
import { parseFlags } from "../command_line.ts";
import { ContainerClient } from "../container/container_client.ts";
import { type Command, print, takeWords } from "./command.ts";

export const stateCommand: Command = {
  summary: "print the state of a container as JSON",
  usage: "<container-id>",
  flags: {},
  async run({ options }, words) {
    const [id] = takeWords("state", this.usage, parseFlags(words, this.flags).rest, 1).map(toText);
    const { state } = ContainerClient.open(options, id);
    const { ociVersion, status, bundle, rootfs, created, owner, annotations, culprit } = state;
    const pid = status === "stopped" ? 0 : state.controlPid;
    const shown = { ociVersion, id: state.id, pid, status, bundle, rootfs, created, owner };
    const extra = { ...(Object.keys(annotations).length > 0 && { annotations }), ...(culprit !== "" && { culprit }) };
    print(`${JSON.stringify({ ...shown, ...extra }, null, 2)}\n`);
    return 0;
  },
};
