import fs from "node:fs";
import { layoutOf } from "../../../sandbox/paths";
import { run, taggedProcesses } from "../../../sandbox/process";

/** What a sandbox could leave behind on this machine. */
export interface Traces {
  processes: number[];
  namespaces: string[];
  routes: string;
  interfaces: string;
  rules: string;
  files: string[];
}

function entries(directory: string): string[] {
  return fs.existsSync(directory) ? fs.readdirSync(directory) : [];
}

/** The traces of the sandbox of one state folder, and what every sandbox would share with the machine. */
export function tracesOf(stateDirectory: string): Traces {
  const layout = layoutOf(stateDirectory);
  const own = (name: string) => name.includes(layout.id);
  return {
    processes: taggedProcesses(layout.directory).map(({ pid }) => pid),
    namespaces: [...entries("/run/netns"), ...entries("/etc/netns")].filter(own),
    routes: run("ip", ["route", "show", "table", "all"]).output,
    interfaces: run("ip", ["-brief", "link"]).output,
    rules: run("nft", ["list", "tables"]).output,
    files: entries(stateDirectory),
  };
}
