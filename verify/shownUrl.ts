/** Parameters by which clients that cannot send a header show who they are. */
const SECRETS = /token|secret|passw|pwd|key|signature|credential|jwt|ticket|session|^(sig|sid|code)$|^auth/i;

/** A URL as it may stand in a report: without what only its owner should know. */
export function shownUrl(text: string): string {
  const url = new URL(text);
  if (url.password !== "") url.password = "...";
  // A user without a password is a token, written where one is taken.
  else if (url.username !== "") url.username = "...";
  for (const name of new Set(url.searchParams.keys())) if (SECRETS.test(name)) url.searchParams.set(name, "...");
  const hidden = url.password !== "" || url.username !== "" || url.searchParams.toString().includes("...");
  // What hides nothing stays as it was written, without a slash that the parser adds.
  return hidden ? url.toString() : text;
}
