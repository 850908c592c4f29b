/** The embedded cluster: what the rest of the project may call of it. */
export {
  CLIENT_ADDRESSES,
  CONTROL_PLANE_ADDRESS,
  ENVOY_LOAD_BALANCER_ADDRESS,
  NODES,
  TRAEFIK_LOAD_BALANCER_ADDRESS,
} from "./addresses";
export { type CertificateRequest, type ClientCertificate, issueCertificate } from "./clientCertificates";
export { readMark } from "./cluster";
export { componentsOf } from "./component";
export { down } from "./down";
export { SandboxError } from "./errors";
export { execInClient, type ExecOptions, type ExecResult } from "./exec";
export { needsOf } from "./extras";
export { insideKubeconfig } from "./kubeconfig";
export { listNames, overrule } from "./names/overrule";
export { type Layout, layoutOf } from "./paths";
export { requireLinux } from "./privileges";
export { plainReport } from "./report";
export { EXTRA_NAMES, type ExtraName } from "./state";
export { type ComponentStatus, type SandboxStatus, status } from "./status";
export * as tools from "./tools";
export { type SandboxInfo, up, type UpOptions } from "./up";
