/** Internal `boot` and `gofer`: this program becomes the service. Control starts services directly; these are for people with a debugger. */

import { type ServiceName, serviceCommand } from "../../../shared/runtime/services.ts";
import type { Command } from "./command.ts";

function serviceVerb(service: ServiceName, summary: string): Command {
  return {
    summary,
    usage: "",
    flags: {},
    internal: true,
    async run(_context, words) {
      const [node, ...args] = serviceCommand(service, words);
      process.execve?.(node, [node, ...args], {});
      return 1;
    },
  };
}

export const bootCommand = serviceVerb("sentry", "the kernel of a sandbox");
export const goferCommand = serviceVerb("gofer", "the file server of a sandbox");
