/** Whether a URL leads to this machine itself rather than to a way in. */
export function isThisMachine(url: string): boolean {
  return /^(localhost|127\.|\[?::1\]?$)/.test(new URL(url).hostname);
}

/** Why nothing is balanced behind such an address. */
export const ONE_TUNNEL =
  "an address of this machine itself, most likely kubectl port-forward: it opens one connection to one pod and passes everything " +
  "through it, so nothing is balanced";

/** What it looks like where the address does not show it. */
export const LIKE_A_TUNNEL = "that is what `kubectl port-forward` does, and a proxy in between that keeps its connection";
