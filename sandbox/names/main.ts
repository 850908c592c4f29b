import fs from "node:fs";
import { API_SERVER_PORT, CONTROL_PLANE_ADDRESS } from "../addresses";
import { Api, type KubernetesObject } from "../api";
import { layoutOf } from "../paths";
import { follow } from "../follow";
import { FOLLOWED, publishedNames } from "./published";
import { zoneText } from "./zone";

/** Plays ExternalDNS: writes what the cluster's objects publish into the zone that CoreDNS reads, as soon as they do. */
const SETTLING_MILLISECONDS = 30;

function main(): void {
  const layout = layoutOf();
  const api = new Api(layout, API_SERVER_PORT, CONTROL_PLANE_ADDRESS);
  const lists = new Map<string, KubernetesObject[]>();
  let written = "";
  let serial = 0;
  let timer: NodeJS.Timeout | undefined;

  function write(): void {
    timer = undefined;
    const names = publishedNames(lists);
    const content = JSON.stringify(names);
    if (content === written) return;
    written = content;
    // CoreDNS reads a zone anew when its serial is another one; a process that follows this one begins with a later second.
    serial = Math.max(serial + 1, Math.floor(Date.now() / 1000));
    fs.writeFileSync(`${layout.zoneFile}.new`, zoneText(names, serial));
    fs.renameSync(`${layout.zoneFile}.new`, layout.zoneFile);
    console.log(`${names.length} names, serial ${serial}`);
  }

  for (const url of FOLLOWED) {
    void follow(api, url, (items) => {
      lists.set(url, items);
      // With part of the lists, names would seem to be gone that are only not read yet.
      if (lists.size === FOLLOWED.length) timer ??= setTimeout(write, SETTLING_MILLISECONDS);
    });
  }
}

main();
