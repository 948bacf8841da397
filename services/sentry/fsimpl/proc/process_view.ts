/** What procfs knows of a task, for others that list processes. */
export { renderCommandLine } from "./task_memory_files.ts";
export { stateOf } from "./task_status.ts";
