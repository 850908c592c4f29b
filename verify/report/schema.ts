import { z } from "zod";
import { PROTOCOLS } from "../../path/model";
import { CHECK_NAMES, OUTCOMES } from "../model";

const promise = z.strictObject({
  idleSeconds: z.number(),
  drainSeconds: z.number(),
  affinity: z.strictObject({ mode: z.enum(["none", "client"]), ttlSeconds: z.number(), cookieName: z.string().optional() }),
  heartbeat: z.strictObject({ seconds: z.number(), kind: z.enum(["message", "tcp-keepalive"]) }).optional(),
});

const result = z.strictObject({
  check: z.enum(CHECK_NAMES),
  service: z.string(),
  entry: z.string().describe("Name of the way in; url where only a URL was given."),
  url: z.string(),
  outcome: z.enum(OUTCOMES),
  summary: z.string(),
  details: z.array(z.string()),
  write: z.array(z.string()).describe("What to write or to do where it does not hold, each a line."),
  partial: z.literal(true).optional().describe("It was cut short, by Ctrl-C or by the limit of time."),
  seconds: z.number(),
  measured: z.record(z.string(), z.unknown()).describe("Figures of the check, with units in their names."),
  timeline: z
    .array(z.strictObject({ seconds: z.number(), open: z.record(z.string(), z.number()) }))
    .optional()
    .describe("Open connections by pod, over time."),
  endings: z.record(z.string(), z.number()).optional().describe("What became of the connections, and of how many."),
  seenAt: z
    .strictObject({ hop: z.number(), afterSeconds: z.number() })
    .optional()
    .describe("The hop that was seen to decide: its index in the entry's hops."),
});

const entry = z.strictObject({
  service: z.string(),
  namespace: z.string().optional(),
  entry: z.string(),
  url: z.string(),
  protocol: z.enum(PROTOCOLS),
  promise,
  address: z.string().optional(),
  pods: z.number().optional(),
  hops: z.array(
    z.strictObject({
      hop: z.string(),
      title: z.string(),
      limit: z.enum(["idle", "lifetime", "none", "unknown"]),
      idleSeconds: z.number().nullable(),
    }),
  ),
});

/** What `--json` writes. A field that goes or changes its meaning makes the version grow. */
export const reportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  target: z.string(),
  startedAt: z.iso.datetime(),
  seconds: z.number(),
  outcome: z.enum(["holds", "fails", "unknown"]).describe("The exit code: 0, 1, 2."),
  interrupted: z.boolean(),
  results: z.array(result),
  entries: z.array(entry),
});

export type JsonReport = z.infer<typeof reportSchema>;

/** The same as a JSON schema. */
export const jsonSchema = (): object => z.toJSONSchema(reportSchema);
