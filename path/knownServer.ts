import type { KnownServer } from "./facts/longConnections";
import { KNOWN_SERVERS } from "./facts/longConnections";
import { imageName, imageReference } from "./imageReference";

/** The server that an image is known for, where it is known to hold connections open. */
export function knownServer(image: string): KnownServer | undefined {
  const last = imageName(image);
  const owner = imageReference(image).repository.slice(0, -last.length - 1);
  return KNOWN_SERVERS.find((candidate) => candidate.image.test(last) && (candidate.owner?.test(owner) ?? true));
}
