import { ALB_PREFIX, AWS_SERVICE_PREFIX } from "../../path/facts/aws";
import type { AwsAttributeList, AwsBalancer } from "../../path/facts/awsAttributes";
import {
  allowedInstead,
  attributesNamed,
  AWS_ATTRIBUTE_LISTS_SOURCE,
  AWS_BALANCER_TITLES,
  balancersWith,
} from "../../path/facts/awsAttributes";
import { nearest } from "../../path/nearest";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { attributes } from "../../path/read/attributes";
import { refOf } from "../../path/value";
import { notKnownYet } from "../pending";
import type { Statement } from "../rule";
import { isTemplate } from "../template";

const NEEDED = `attributes that this load balancer has (${AWS_ATTRIBUTE_LISTS_SOURCE})`;
const REASON =
  "AWS refuses the whole list, and the controller asks again and again: nothing else that is written in it takes effect";

const LISTS: readonly [prefix: string, balancer: AwsBalancer, lists: Readonly<Record<string, AwsAttributeList>>][] = [
  [
    ALB_PREFIX,
    "alb",
    {
      "target-group-attributes": "target-group",
      "load-balancer-attributes": "load-balancer",
      "listener-attributes": "listener",
    },
  ],
  [
    AWS_SERVICE_PREFIX,
    "nlb",
    { "target-group-attributes": "target-group", attributes: "load-balancer", "listener-attributes": "listener" },
  ],
];

/** What is wrong inside a list of attributes: one refused name or value is enough for AWS to refuse the call. */
export function badAttributes(object: KubernetesObject, key: string, value: Value): Statement[] {
  const found = LISTS.find(([prefix]) => key.startsWith(prefix));
  if (found === undefined) return [];
  const [prefix, balancer, lists] = found;
  // `listener-attributes.TCP-443`: one port's own.
  const list = lists[key.slice(prefix.length).split(".")[0] ?? ""];
  if (list === undefined) return [];
  if (value === UNKNOWN) return [notKnownYet(object, ["metadata", "annotations", key], { needed: NEEDED, reason: REASON })];
  if (typeof value !== "string") return [];
  return [...attributes(value)].flatMap(([name, text]) => {
    if (isTemplate(name) || isTemplate(text)) return [];
    const wrong = wrongIn(list, balancer, name, text);
    return wrong === undefined ? [] : [statement(object, key, wrong)];
  });
}

interface Wrong {
  severity: Statement["severity"];
  found: string;
  fix: string;
}

function wrongIn(list: AwsAttributeList, balancer: AwsBalancer, name: string, text: string): Wrong | undefined {
  const having = balancersWith(list, name);
  if (having.includes(balancer)) {
    const allowed = allowedInstead(list, name, text);
    if (allowed === undefined) return undefined;
    return { severity: "error", found: `${name}=${text} is refused by AWS`, fix: `${name}=<${allowed}>` };
  }
  if (list === "load-balancer" && isSaidByTheClock(balancer, name)) return undefined;
  const title = AWS_BALANCER_TITLES[balancer];
  const [other] = having;
  if (other !== undefined) {
    const found = `${name} is an attribute of ${AWS_BALANCER_TITLES[other]} only, and this is ${title}: AWS refuses it`;
    return { severity: "error", found, fix: `remove ${name}=${text}` };
  }
  const near = nearest(name, attributesNamed(list, balancer));
  const found = `${name} is no attribute of ${title} that AWS knows${near === undefined ? "" : `; did you mean ${near}?`}`;
  return { severity: "warning", found, fix: near === undefined ? `remove ${name}=${text}` : `${near}=${text}` };
}

/** An unknown one keeps an ALB from being made, and the idle limit of an ALB on another load balancer does nothing: the hop says both. */
function isSaidByTheClock(balancer: AwsBalancer, name: string): boolean {
  return balancer === "alb" || name === "idle_timeout.timeout_seconds";
}

function statement(object: KubernetesObject, key: string, { severity, found, fix }: Wrong): Statement {
  return {
    severity,
    object: refOf(object),
    at: ["metadata", "annotations", key],
    found: `${key}: ${found}`,
    needed: NEEDED,
    fix,
    reason: REASON,
  };
}
