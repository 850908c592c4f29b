/** The room of `holdfast verify`: what the command line may call of it. */
export { CHECKS } from "./checks";
export type { Check, CheckOptions, Limits } from "./checks/model";
export { mergeHeaders } from "./connect/headers";
export { SCHEMES } from "./connect/open";
export { POD_FROM } from "./connect/pod";
export { Guard } from "./guard";
export { fromCluster, fromFile, fromOutputs, type Located } from "./locate";
export type { Report, Target, TargetEntry } from "./model";
export { readOutputs } from "./outputs";
export { progressTo } from "./progress";
export { asHtml } from "./report/html";
export { asJson } from "./report/json";
export { asJunit } from "./report/junit";
export { asText } from "./report/text";
export { runChecks } from "./run";
export { shownUrl } from "./shownUrl";
export { targetOfStack, targetOfUrl, type WantedPromise } from "./target";
