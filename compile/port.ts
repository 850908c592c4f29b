import type { Protocol } from "../path/model";
import type { Service } from "./service";

const PORT_NAMES: Record<Protocol, string> = { websocket: "http", "http-stream": "http", grpc: "grpc", tcp: "tcp" };

/** The name of the service's port, on the container and on every Service. */
export function portName({ protocol }: { protocol: Protocol }): string {
  return PORT_NAMES[protocol];
}

const APP_PROTOCOLS: Partial<Record<Protocol, string>> = { websocket: "kubernetes.io/ws", grpc: "kubernetes.io/h2c" };
/** The same where the pods speak TLS; Kubernetes has no word of its own for the other two. */
const TLS_APP_PROTOCOLS: Partial<Record<Protocol, string>> = {
  websocket: "kubernetes.io/wss",
  "http-stream": "https",
  grpc: "https",
};

/**
 * One port of a Service. `appProtocol` tells gateways and meshes what the bytes are; kube-proxy, MetalLB and controllers that
 * serve Ingresses do not look at it.
 */
export function servicePort(service: Service, port: number) {
  const appProtocol = (service.tls === undefined ? APP_PROTOCOLS : TLS_APP_PROTOCOLS)[service.protocol];
  const name = portName(service);
  return { name, port, targetPort: name, protocol: "TCP", ...(appProtocol === undefined ? {} : { appProtocol }) };
}
