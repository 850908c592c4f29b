import type { OpenError, OpenStep, OpenStepTime } from "../connect/model";
import type { CheckResult, TargetEntry } from "../model";
import type { Look, Opened, Sight } from "./model";

type Finding = Pick<CheckResult, "outcome" | "summary" | "details" | "write" | "measured">;

/** Days before its end at which a certificate should have been renewed: cert-manager and the clouds renew a month before. */
export const EXPIRY_DAYS = 14;
const DAY_MILLISECONDS = 86_400_000;

/** What follows from what was seen. */
export function judgeReach(sight: Sight, entry: TargetEntry, now = Date.now()): Finding {
  const { opened, refused } = sight;
  if (opened === undefined) return notOpened(refused, sight, entry);
  const broken = sight.looks.filter((look) => look.refused !== undefined && !isOurs(look.refused));
  const unlooked = sight.looks.filter((look) => look.refused !== undefined && isOurs(look.refused));
  const sick = healthFails(sight) ?? grpcHealthFails(opened);
  const details = [
    ...broken.map((look) => sentenceOf(look)),
    ...(sick === undefined ? [] : [sick]),
    ...expiry(opened, now),
    ...streamNotes(opened, entry),
    ...grpcNotes(opened),
    ...unlooked.map((look) => `${sentenceOf(look)} That is this machine's and says nothing of the way in.`),
    ...healthNotes(sight),
    ...(sight.attempts > 1 ? [`It was open after ${sight.waitedSeconds} s and ${sight.attempts} attempts.`] : []),
  ];
  const measured = {
    ...timesIn(opened.times),
    ...lookFigures(sight.looks),
    ...certificateFigures(opened, now),
    ...waited(sight),
  };
  const fails = broken.length > 0 || sick !== undefined;
  const write = fails ? [...new Set(broken.flatMap(({ refused: error }) => wayOut(error!, entry)))] : [];
  return { outcome: fails ? "fails" : "holds", summary: summaryOf(opened, broken, sick), details, write, measured };
}

function notOpened(error: OpenError | undefined, sight: Sight, entry: TargetEntry): Finding {
  if (error === undefined) {
    return { outcome: "unknown", summary: "Stopped before it was open.", details: [], write: [], measured: waited(sight) };
  }
  const before = error.times.slice(0, -1);
  const details = [
    ...(before.length > 0 ? [`What came before did its part: ${timesText(before)}.`] : []),
    ...(sight.attempts > 1 ? [`${sight.attempts} attempts within ${sight.waitedSeconds} s; --wait waits longer.`] : []),
  ];
  const measured = {
    failedStep: error.step,
    ...(error.status && { status: error.status }),
    ...timesIn(error.times),
    ...waited(sight),
  };
  const outcome = isOurs(error) || error.isAmbiguous ? "unknown" : "fails";
  const write = isOurs(error) ? [] : wayOut(error, entry);
  return { outcome, summary: `${capital(error.message)}.`, details, write, measured };
}

const isOurs = (error: OpenError): boolean => error.ofThisMachine;

function summaryOf({ times, pod }: Opened, broken: Look[], sick: string | undefined): string {
  if (broken.length > 0) {
    return `It opens, and not everywhere: ${broken.length === 1 ? "one attempt" : `${broken.length} attempts`} failed.`;
  }
  if (sick !== undefined) return "It opens, and says that it is not well.";
  const total = times.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return `Open in ${rounded(total)} ms: ${timesText(times)}${pod === undefined ? "" : ` (pod ${pod})`}.`;
}

function sentenceOf({ address, source, refused }: Look): string {
  const where = [address === undefined ? [] : [`at ${address}`], source === undefined ? [] : [`from ${source}`]].flat().join(" ");
  return `${capital(where)}: ${refused!.message}.`;
}

/** A page of its own says it is not well, while connections are taken: a pod that is not ready is still sent to. */
function healthFails({ health }: Sight): string | undefined {
  if (health?.status === undefined || health.status < 500) return undefined;
  return `${health.url} answers ${health.status}: a pod that is not ready, or not well, is still sent to.`;
}

function grpcHealthFails({ grpcHealth }: Opened): string | undefined {
  if (grpcHealth !== "NOT_SERVING") return undefined;
  return "The gRPC health service says NOT_SERVING: a pod that is not ready, or not well, is still sent to.";
}

function grpcNotes({ kind, grpcHealth }: Opened): string[] {
  if (kind !== "grpc" || grpcHealth === "NOT_SERVING") return [];
  switch (grpcHealth) {
    case "UNIMPLEMENTED":
      return [
        "The server has no gRPC health service (UNIMPLEMENTED): only the connection can be held, and no call on it. Serve grpc.health.v1.Health, whose Watch any client may hold open.",
      ];
    case undefined:
      return ["The gRPC health service took the call and said nothing within a second."];
    default:
      return [`The gRPC health service says ${grpcHealth}.`];
  }
}

function healthNotes({ health }: Sight): string[] {
  if (health === undefined || (health.status !== undefined && health.status >= 500)) return [];
  if (health.refused !== undefined) return [`${health.url} was not answered: ${health.refused}.`];
  if (health.status! < 400) return [`${health.url} answers ${health.status}.`];
  return [`${health.url} answers ${health.status}: it is not served through this way in, and was not looked at.`];
}

function expiry({ certificate }: Opened, now: number): string[] {
  if (certificate === undefined) return [];
  const days = Math.floor((certificate.validToMilliseconds - now) / DAY_MILLISECONDS);
  if (days > EXPIRY_DAYS) {
    return [`The certificate holds until ${certificate.validTo} (${days} days), issued by ${certificate.issuer}.`];
  }
  return [
    `The certificate expires in ${days} days, on ${certificate.validTo}: what renews it should have done so by now (issued by ${certificate.issuer}).`,
  ];
}

function streamNotes({ kind, times, contentType, ended }: Opened, { protocol }: TargetEntry): string[] {
  if (kind !== "http-stream") return [];
  if (ended) {
    return protocol === "http-stream"
      ? [`What answered is a page (${contentType ?? "no content-type"}) and no stream: it came to its end at once.`]
      : [];
  }
  return times.some(({ step }) => step === "first-byte")
    ? []
    : ["The stream is open; its first event did not come within a second."];
}

/** What to look at next. Of a bare URL nobody knows a cluster. */
function wayOut({ step, status = 0 }: OpenError, { path }: TargetEntry): string[] {
  if (path === undefined) return [];
  if (step === "dns") return ["look whether the record is there: `npx holdfast verify --check endpoints`, `npx holdfast doctor`"];
  if (step === "tcp") {
    return ["look at the Service's ports, its ready pods and its source ranges: `npx holdfast doctor --symptom lb-pending`"];
  }
  if (step === "tls") return ["look at the certificate's Secret and what renews it: `npx holdfast doctor --symptom cert`"];
  if (status === 404) {
    return [
      "compare the host and the path with the route's, and look whether a pod is ready: `npx holdfast explain`, kubectl get pods",
    ];
  }
  if (status >= 502) return [`kubectl get pods,endpointslices: is any pod ready, on the port that is sent to?`];
  return [];
}

const STEP_WORDS: Record<OpenStep, string> = {
  dns: "DNS",
  tcp: "TCP",
  tls: "TLS",
  http: "answer",
  upgrade: "upgrade",
  "first-byte": "first message",
};

const timesText = (times: OpenStepTime[]): string =>
  times.map(({ step, milliseconds }) => `${STEP_WORDS[step]} ${rounded(milliseconds)} ms`).join(", ");

const FIGURES: Record<OpenStep, string> = {
  dns: "dnsMilliseconds",
  tcp: "tcpMilliseconds",
  tls: "tlsMilliseconds",
  http: "answerMilliseconds",
  upgrade: "upgradeMilliseconds",
  "first-byte": "firstMessageMilliseconds",
};

const timesIn = (times: OpenStepTime[]): Record<string, number> =>
  Object.fromEntries(times.map(({ step, milliseconds }) => [FIGURES[step], milliseconds]));

const waited = ({ attempts, waitedSeconds }: Sight) => ({ attempts, waitedSeconds });

function lookFigures(looks: Look[]): Record<string, number> {
  const addresses = looks.filter(({ address }) => address !== undefined);
  const sources = looks.filter(({ source }) => source !== undefined);
  const opened = (some: Look[]) => some.filter(({ refused }) => refused === undefined).length;
  return {
    ...(addresses.length > 0 && { addresses: addresses.length, addressesOpened: opened(addresses) }),
    ...(sources.length > 0 && { sources: sources.length, sourcesOpened: opened(sources) }),
  };
}

function certificateFigures({ certificate }: Opened, now: number): Record<string, unknown> {
  if (certificate === undefined) return {};
  const days = Math.floor((certificate.validToMilliseconds - now) / DAY_MILLISECONDS);
  return { certificateValidTo: certificate.validTo, certificateDays: days, certificateNames: certificate.names };
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
const rounded = (milliseconds: number): number =>
  milliseconds < 10 ? Math.round(milliseconds * 10) / 10 : Math.round(milliseconds);
