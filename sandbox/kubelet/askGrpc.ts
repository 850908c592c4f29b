import * as http2 from "node:http2";
import { CHECK, PREFIX_BYTES, saysServing } from "../sample/grpcHealth";

/** Asks the health service as the kubelet does: without TLS, and anything but SERVING is a failure. */
export function isServing(address: string, port: number, service: string, timeoutSeconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const session = http2.connect(`http://${address}:${port}`);
    const end = (serves: boolean) => {
      clearTimeout(timer);
      session.destroy();
      resolve(serves);
    };
    const timer = setTimeout(() => end(false), timeoutSeconds * 1000);
    session.on("error", () => end(false)).once("close", () => end(false));
    const call = session.request({
      ":method": "POST",
      ":path": CHECK,
      "content-type": "application/grpc",
      "user-agent": "kube-probe/1.36",
      te: "trailers",
    });
    const parts: Buffer[] = [];
    call.on("error", () => end(false)).on("data", (part: Buffer) => parts.push(part));
    call.once("end", () => end(saysServing(Buffer.concat(parts))));
    call.end(requestFor(service));
  });
}

/** Field 1 of the question is the name of the service; the empty one is the whole server. */
function requestFor(service: string): Buffer {
  const name = Buffer.from(service);
  const message = name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, name.length]), name]);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
