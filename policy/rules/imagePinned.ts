import type { PlacedContainer } from "../../path/containers";
import { containersOf, podSpecPath } from "../../path/containers";
import { imageReference, isMovingTag } from "../../path/imageReference";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { listAt, refOf, textAt } from "../../path/value";
import { notKnownYet } from "../pending";
import type { Rule, RuleContext, Statement } from "../rule";
import { notBefore } from "../scope/asked";
import { isTemplate } from "../template";

const NEEDED = "a tag that names one build (a version, a date, a commit), or a digest";
const REASON =
  "a pod that moves to another node may come up with another build than its neighbours: clients that reconnect meet two versions at once, and nobody can go back to the one before";
/** Where somebody else fills the image in: Istio's injection does it, and so does whatever renders a placeholder. */
const FILLED_IN_LATER =
  /^auto$|[${}]|REPLACED?[_-]?(ME|BY|WITH|THIS)|CHANGE[_-]?(ME|THIS)|PLACEHOLDER|FILL[_-]?ME|(^|[_-])YOUR[_-]|__\w+__|^%\w+%$|^\$.*\$$|^(image[_-]?)?(tag|version)$/i;
/** Several words in capitals, or one that speaks of filling in, stand for what a pipeline writes there; `SNAPSHOT` or `LTS` is a name. */
const SHOUTED = /^([A-Z]+(_[A-Z]+)+|(?=[A-Z]*(TAG|VERSION|IMAGE|BUILD|COMMIT|SHA|DIGEST|CHANGE|REPLACE|INSERT|TODO))[A-Z]+)$/;

const isPlaceholder = (text: string): boolean => isTemplate(text) || FILLED_IN_LATER.test(text) || SHOUTED.test(text);

/** Every container of a judged workload says which build it runs. */
export const imagePinned: Rule = {
  id: "image-pinned",
  title: "Every pod runs the build that was meant",
  description: "Images are pinned to one build.",
  group: "hygiene",
  check: (context: RuleContext): Statement[] =>
    context.workloads.flatMap(({ workload, perhaps }) => check(workload).map((statement) => notBefore(statement, perhaps))),
};

function check(workload: KubernetesObject): Statement[] {
  const containers = containersOf(workload);
  if (containers === UNKNOWN) return [notKnownYet(workload, podSpecPath(workload), { needed: NEEDED, reason: REASON })];
  const triggered = filledByTriggers(workload);
  return containers
    .filter(({ name }) => name === undefined || !triggered.has(name))
    .flatMap((placed) => checkContainer(workload, placed));
}

/** The containers of a DeploymentConfig whose image OpenShift writes itself, as a digest, whenever their image stream gets another. */
function filledByTriggers(workload: KubernetesObject): Set<string> {
  const triggers = workload.kind === "DeploymentConfig" ? listAt(workload, "spec", "triggers") : [];
  const names = (triggers === UNKNOWN ? [] : triggers).flatMap((trigger) => {
    const own = textAt(trigger, "type") === "ImageChange" ? listAt(trigger, "imageChangeParams", "containerNames") : [];
    return own === UNKNOWN ? [] : own;
  });
  return new Set(names.filter((name) => typeof name === "string"));
}

function checkContainer(workload: KubernetesObject, { name, container, at }: PlacedContainer): Statement[] {
  const image = textAt(container, "image");
  const named = name === undefined ? {} : { container: name };
  const place = [...at, "image"];
  if (image === UNKNOWN) return [notKnownYet(workload, place, { needed: NEEDED, reason: REASON, ...named })];
  if (image === undefined || image.trim() === "" || image === "auto") return [];
  const common = { object: refOf(workload), ...named, at: place, needed: NEEDED, reason: REASON };
  const { repository, tag, digest } = imageReference(image);
  if (digest !== undefined && !isPlaceholder(digest)) return [];
  if (tag !== undefined && isPlaceholder(tag)) {
    const found = `image ${image}: its tag is a placeholder`;
    return [{ ...common, severity: "info", found, fix: `image: ${repository}:<version>` }];
  }
  if (tag !== undefined && !isMovingTag(tag)) return [];
  const found = tag === undefined ? `image ${image}: no tag, which means latest` : `image ${image}: the tag ${tag} moves`;
  return [{ ...common, severity: "warning", found, fix: `image: ${repository}:<version>, or @sha256:<digest>` }];
}
