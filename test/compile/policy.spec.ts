import assert from "node:assert/strict";
import * as path from "node:path";
import { compileStack } from "../../compile";
import { readable } from "../../compile/model";
import type { KubernetesObject } from "../../path/objects";
import { STANDARD_OPTIONS } from "../../policy/options";
import { reportOn } from "../../policy/report";
import { ruleContext } from "../../policy/rule";
import { examineStackFile, readStack } from "../../cli/stackFile";

const ROOT = path.join(__dirname, "..", "..");

/** What the policy pack asks for in a stack, from the objects alone; what is only worth knowing left out. The cluster is the one they declare. */
function findingsOf(stackName: string, change: (objects: KubernetesObject[]) => void = () => {}): string[] {
  const { stack } = readStack(ROOT, stackName);
  const { pools, services } = compileStack(stack);
  const objects = [...pools, ...services.flatMap((service) => service.objects)].map(readable);
  change(objects);
  const context = ruleContext(objects, stack.cluster, STANDARD_OPTIONS);
  const asked = reportOn(context).findings.filter(({ severity }) => severity !== "info");
  return asked.map(({ rule, severity, object, found }) => `${rule} ${severity} ${object.kind}: ${found}`);
}

describe("what is compiled, seen by the policy pack", () => {
  for (const stack of ["dev", "prod"]) {
    it(`has no finding in ${stack}`, () => assert.deepEqual(findingsOf(stack), []));
  }

  it("keeps every promise, each of prod on a load balancer of its own kind", () => {
    const verdictsOf = (name: string) => {
      const { services, broken, warnings } = examineStackFile(ROOT, name);
      assert.deepEqual([broken, warnings.filter((sentence) => sentence.includes("promise"))], [[], []]);
      return services.flatMap(({ service, verdicts }) =>
        verdicts.map(({ entry, verdict }) => `${service.name} ${entry} ${verdict.verdict}`),
      );
    };
    assert.deepEqual(verdictsOf("dev"), ["chatpulse metallb holds", "chatpulse ingress-nginx holds"]);
    assert.deepEqual(verdictsOf("prod"), ["chatpulse aws-alb holds", "mcp-server aws-nlb holds"]);
  });

  it("has one when somebody takes something away", () => {
    const without = (kind: string) => (objects: KubernetesObject[]) => {
      objects.splice(
        objects.findIndex((object) => object.kind === kind),
        1,
      );
    };
    assert.match(findingsOf("dev", without("PodDisruptionBudget")).join("\n"), /^disruption-budget error /m);
    const withoutCookie = (objects: KubernetesObject[]) => {
      delete objects.find(({ kind }) => kind === "Ingress")!.metadata.annotations![
        "alb.ingress.kubernetes.io/target-group-attributes"
      ];
    };
    assert.match(findingsOf("prod", withoutCookie).join("\n"), /^sticky-sessions error Deployment/m);
  });
});
