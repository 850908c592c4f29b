import * as net from "node:net";
import { Writable } from "node:stream";
import { CoreV1Api, KubeConfig, PortForward } from "@kubernetes/client-node";

export interface Forwarded {
  pod: string;
  port: number;
  /** What the kubelet said of connections that it could not make. */
  problems: string[];
  close(): void;
}

/** What `kubectl port-forward` opens, through the API server: a port of this machine, behind which there is one pod. */
export async function portForward(kubeconfig: string, namespace: string, podPort: number): Promise<Forwarded> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const { items } = await config.makeApiClient(CoreV1Api).listNamespacedPod({ namespace });
  const pod = items.find(({ status }) => status?.phase === "Running")!.metadata!.name!;
  const problems: string[] = [];
  const forward = new PortForward(config);
  const server = net.createServer((socket) => {
    socket.on("error", () => socket.destroy());
    forward.portForward(namespace, pod, [podPort], socket, problemsTo(problems), socket).then(
      (opened) => {
        if (typeof opened === "function") return;
        opened.onclose = () => socket.destroy();
        socket.on("close", () => opened.close());
      },
      (error: Error) => socket.destroy(error),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { pod, problems, port: (server.address() as net.AddressInfo).port, close: () => server.close() };
}

function problemsTo(problems: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (chunk.length > 0) problems.push(chunk.toString());
      done();
    },
  });
}
