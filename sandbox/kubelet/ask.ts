import http from "node:http";
import https from "node:https";
import net from "node:net";
import type { V1Container, V1HTTPGetAction, V1Probe } from "@kubernetes/client-node";
import { isServing } from "./askGrpc";

/** `unknown`: it could not be asked at all, which the kubelet counts neither way. */
export type Answer = "success" | "failure" | "unknown";

/** Whom a probe or a hook asks. */
export interface Asked {
  container: V1Container;
  address: string;
  /** Says once what cannot be done here. */
  remark(text: string): void;
}

/**
 * One sample server accepts in the name of every pod, and takes back at once what it accepted for none. A connection that stands for
 * this long was meant.
 */
const ACCEPTED_MILLISECONDS = 100;
const SUCCESSFUL = { from: 200, below: 400 };

/** Makes a probe once. */
export async function ask(probe: V1Probe, asked: Asked): Promise<Answer> {
  const timeoutSeconds = probe.timeoutSeconds ?? 1;
  const { httpGet, tcpSocket, grpc, exec } = probe;
  if (httpGet) return askHttp(httpGet, asked, timeoutSeconds);
  if (tcpSocket) return askPort(tcpSocket.host, tcpSocket.port, asked, timeoutSeconds);
  if (grpc) {
    const serves = await isServing(asked.address, grpc.port, grpc.service ?? "", timeoutSeconds);
    return serves ? "success" : "failure";
  }
  asked.remark(`its probe \`${exec?.command?.join(" ")}\` cannot be run, for there is no container; it counts as passed`);
  return "success";
}

/** A GET as the kubelet makes it: no certificate is verified, and 200 to 399 is a success. */
export async function askHttp(get: V1HTTPGetAction, asked: Asked, timeoutSeconds: number): Promise<Answer> {
  const port = portOf(get.port, asked);
  if (port === undefined) return "unknown";
  const named = Object.fromEntries((get.httpHeaders ?? []).map(({ name, value }) => [name.toLowerCase(), value]));
  const options: https.RequestOptions = {
    host: get.host || asked.address,
    port,
    path: get.path || "/",
    agent: false,
    headers: { "user-agent": "kube-probe/1.36", accept: "*/*", ...named },
    rejectUnauthorized: false,
    timeout: timeoutSeconds * 1000,
  };
  const secure = get.scheme === "HTTPS";
  const answer = await statusOf(secure ? https : http, options, timeoutSeconds).catch(() => undefined);
  if (secure && answer === "no TLS") {
    asked.remark("its HTTPS probe only connects: the sample server speaks no TLS");
    return askPort(get.host, get.port, asked, timeoutSeconds);
  }
  return typeof answer === "number" && answer >= SUCCESSFUL.from && answer < SUCCESSFUL.below ? "success" : "failure";
}

function statusOf(
  client: typeof http | typeof https,
  options: https.RequestOptions,
  timeoutSeconds: number,
): Promise<number | "no TLS" | undefined> {
  return new Promise((resolve) => {
    // The API server takes any text for a path; a request of a blank is none.
    const request = client.get({ ...options, path: options.path?.replace(/[^\x21-\x7e]/gu, encodeURIComponent) }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    const timer = setTimeout(() => request.destroy(new Error("timeout")), timeoutSeconds * 1000);
    request.once("error", ({ code }: NodeJS.ErrnoException) =>
      resolve(/^(EPROTO|ERR_SSL)/.test(code ?? "") ? "no TLS" : undefined),
    );
    request.once("close", () => clearTimeout(timer));
  });
}

function askPort(
  host: string | undefined,
  named: V1HTTPGetAction["port"],
  asked: Asked,
  timeoutSeconds: number,
): Promise<Answer> {
  const port = portOf(named, asked);
  if (port === undefined) return Promise.resolve("unknown");
  return new Promise((resolve) => {
    const socket = net.connect({ host: host || asked.address, port });
    const timers: NodeJS.Timeout[] = [];
    const end = (answer: Answer) => {
      timers.forEach(clearTimeout);
      socket.destroy();
      resolve(answer);
    };
    timers.push(setTimeout(() => end("failure"), timeoutSeconds * 1000));
    socket.once("error", () => end("failure"));
    socket.once("close", () => end("failure"));
    socket.once("connect", () => timers.push(setTimeout(() => end("success"), ACCEPTED_MILLISECONDS)));
  });
}

/** The number of a port, which may be given by its name in the container. */
function portOf(port: unknown, { container, remark }: Asked): number | undefined {
  const number = Number(port);
  if (Number.isInteger(number) && number > 0) return number;
  const found = container.ports?.find(({ name }) => name === port)?.containerPort;
  if (found === undefined) remark(`asks port "${String(port)}", and container ${container.name} has no port of that name`);
  return found;
}
