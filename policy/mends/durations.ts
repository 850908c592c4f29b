import type { IdleKnob } from "../../path/facts";
import { NGINX_ANNOTATION_PREFIX } from "../../path/facts";
import { facts } from "../../path/facts";
import type { KubernetesObject } from "../../path/objects";
import { annotationOf } from "../../path/value";
import type { OwnMend } from ".";

type Unit = IdleKnob["unit"];
const SECONDS: Record<string, number> = { s: 1, sec: 1, m: 60, min: 60, h: 3600 };

/** Annotations that take a bare whole number, by the kind they stand on. With a unit behind it their controller drops the value. */
const BARE_NUMBERS: Record<string, { key: string; unit: Unit }[]> = {
  Ingress: ["read", "send", "connect"].map((which) => ({
    key: `${NGINX_ANNOTATION_PREFIX}proxy-${which}-timeout`,
    unit: "seconds",
  })),
  Service: [...knobsOf("azure-lb"), ...knobsOf("aws-classic-elb")],
};

function knobsOf(hop: "azure-lb" | "aws-classic-elb"): { key: string; unit: Unit }[] {
  const { knob } = facts(hop).idle;
  return knob === null ? [] : knob.keys.map((key) => ({ key, unit: knob.unit }));
}

/** `"3600s"` and `"1h"` become `"3600"`, where the unit that is written leaves no doubt about the number that is meant. */
export function durationMends(object: KubernetesObject): OwnMend[] {
  return (BARE_NUMBERS[object.kind] ?? []).flatMap(({ key, unit }) => {
    const text = annotationOf(object, key);
    const bare = typeof text === "string" ? bareNumber(text, unit) : undefined;
    return bare === undefined ? [] : [{ at: ["metadata", "annotations", key], write: bare }];
  });
}

function bareNumber(text: string, unit: Unit): string | undefined {
  const [, digits, written] = /^\s*(\d{1,9})\s*(s|sec|m|min|h)\s*$/.exec(text) ?? [];
  if (digits === undefined || written === undefined) return undefined;
  const seconds = Number(digits) * SECONDS[written]!;
  const amount = unit === "milliseconds" ? seconds * 1000 : seconds / (unit === "minutes" ? 60 : 1);
  return Number.isInteger(amount) && amount > 0 ? String(amount) : undefined;
}
