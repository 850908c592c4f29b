import * as path from "node:path";
import { examineStackFile } from "../../../cli/stackFile";
import { CHECK_NAMES, type CheckResult, type Report, type TargetEntry } from "../../../verify/model";
import { targetOfStack } from "../../../verify/target";
import { asPrinted } from "../support";

const PROJECT = path.resolve(__dirname, "..", "..", "..");

/** The ways in of the dev stack, as its file describes them. */
export function devEntries(): TargetEntry[] {
  const examined = examineStackFile(PROJECT, "dev");
  return targetOfStack("dev", examined, asPrinted(examined)).entries;
}

export function resultOf(own: Partial<CheckResult> = {}): CheckResult {
  return {
    check: "reach",
    service: "chatpulse",
    entry: "metallb",
    url: "ws://192.168.1.207/ws",
    outcome: "holds",
    summary: "It opens in 12 ms.",
    details: [],
    write: [],
    seconds: 0.4,
    measured: {},
    ...own,
  };
}

/** Three pods that leave one after the other, over half a minute. */
const TIMELINE = Array.from({ length: 31 }, (_, second) => ({
  seconds: second,
  open: {
    ...(second < 14 && { "chatpulse-old-a": Math.max(0, 100 - Math.max(0, second - 4) * 10) }),
    ...(second < 20 && { "chatpulse-old-b": Math.max(0, 100 - Math.max(0, second - 10) * 10) }),
    ...(second > 4 && { "chatpulse-new-a": Math.min(120, Math.max(0, second - 4) * 10) }),
    ...(second > 10 && { "chatpulse-new-b": Math.min(80, Math.max(0, second - 10) * 8) }),
  },
}));

const SHARES = [0.36, 0.31, 0.33].map((share, index) => ({
  pod: `chatpulse-new-${index}`,
  connections: share * 300,
  share,
  low: share - 0.1,
  high: share + 0.1,
}));

/** One result of every kind, with everything that a picture is made of. */
export function wholeReport(own: Partial<Report> = {}): Report {
  const results = [
    resultOf(),
    resultOf({
      check: "distribution",
      summary: "300 connections spread evenly over 3 pods.",
      measured: { connections: 300, shares: SHARES },
    }),
    resultOf({ check: "sticky", outcome: "does-not-apply", summary: "Nothing was promised." }),
    resultOf({
      check: "idle",
      outcome: "fails",
      summary: "A silent connection ended after 60 s; 1 h is promised.",
      details: ["Two of two that were silent for 60 s ended, none of two that were silent for 58 s."],
      write: ["net.netfilter.nf_conntrack_tcp_timeout_established: 3660"],
      seconds: 75,
      endings: { "1001 peer": 2, "1006 reset": 1, silent: 1 },
      seenAt: { hop: 1, afterSeconds: 60 },
      measured: { wallSeconds: 60 },
    }),
    resultOf({
      check: "drain",
      entry: "ingress-nginx",
      url: "ws://chatpulse.holdfast.test/ws",
      outcome: "unknown",
      summary: "The rollout did not come to its end.",
      partial: true,
      seconds: 30,
      timeline: TIMELINE,
      endings: { "1001 peer": 200 },
      measured: { connections: 200, goodbyes: 200, noticeSeconds: 45 },
    }),
  ];
  return {
    schemaVersion: 1,
    target: "stack dev",
    startedAt: "2026-01-31T12:00:00.000Z",
    seconds: 106,
    outcome: "fails",
    interrupted: true,
    results,
    entries: devEntries(),
    ...own,
  };
}

/** A name that means something in HTML. */
export const HOSTILE = `</title></svg></script><script>alert("1")</script>'&<img src=x onerror=alert(1)>`;

/** Every text of a report is hostile. */
export function hostileReport(): Report {
  const measured = { [HOSTILE]: HOSTILE, shares: [{ pod: HOSTILE, connections: 3, share: 1, low: 0.5, high: 1 }] };
  const timeline = [0, 1].map((seconds) => ({ seconds, open: { [HOSTILE]: 3 } }));
  const results = CHECK_NAMES.map((check) =>
    resultOf({
      check,
      service: HOSTILE,
      entry: HOSTILE,
      url: HOSTILE,
      summary: HOSTILE,
      details: [HOSTILE],
      write: [HOSTILE],
      measured,
      timeline,
      endings: { [HOSTILE]: 3 },
      seenAt: { hop: 0, afterSeconds: 3 },
    }),
  );
  const [entry] = devEntries();
  const hops = entry!.path!.hops.map((hop) => ({ ...hop, title: HOSTILE, from: HOSTILE }));
  const entries = [{ ...entry!, service: HOSTILE, entry: HOSTILE, path: { ...entry!.path!, hops } }];
  return wholeReport({ target: HOSTILE, startedAt: HOSTILE, results, entries });
}
