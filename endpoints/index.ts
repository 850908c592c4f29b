export { FINDING_KINDS, lintText, type Finding } from "./lint";
export { knownAddresses, type KnownAddresses } from "./known";
export { consumersOf, endpointRows, variableRows, type KnownHosts } from "./table";
export { clashingVariables, endpointsAsEnvironment, endpointsAsJson, endpointsAsText } from "./write";
