import type { Attempt } from "./attempt";
import { BadCertificate, CallRefused, TimeIsUp, WrongAnswer } from "./errors";
import type { OpenStep } from "./model";
import { lackOf } from "./ofThisMachine";

/** What went wrong in a step, and whose it is. */
export interface Failure {
  /** A sentence with the usual cause. */
  message: string;
  /** Of HTTP; for a status of gRPC the one that a proxy would have said in its place. */
  status?: number;
  ofThisMachine: boolean;
  /** A proxy without a route says of a call what a server without the service says. */
  isAmbiguous?: boolean;
}

/** The one place where an error becomes words, and where it is told what this machine lacks from what is wrong with the way in. */
export async function describeFailure(
  step: OpenStep,
  error: Error,
  { url, options }: Pick<Attempt, "url" | "options">,
  resolver?: () => Promise<boolean>,
): Promise<Failure> {
  const place = placeOf(url, options.address);
  const own = await lackOf(step, error, { place, hostname: url.hostname, localAddress: options.localAddress }, resolver);
  if (own !== undefined) return { message: own, ofThisMachine: true };
  const status = statusOf(error);
  const message = faultOf(step, error, place, { url, options });
  const isAmbiguous = error instanceof CallRefused && error.status === "UNIMPLEMENTED";
  return { message, ...(status !== undefined && { status }), ofThisMachine: false, ...(isAmbiguous && { isAmbiguous }) };
}

/** As gRPC itself translates them (grpc/grpc doc/http-grpc-status-mapping.md). */
const HTTP_STATUSES: Record<string, number> = {
  UNIMPLEMENTED: 404,
  UNAVAILABLE: 503,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
};

function statusOf(error: Error): number | undefined {
  if (error instanceof WrongAnswer) return error.status;
  return error instanceof CallRefused ? HTTP_STATUSES[error.status] : undefined;
}

function faultOf(step: OpenStep, error: Error, place: string, { url, options }: Pick<Attempt, "url" | "options">): string {
  const code = (error as NodeJS.ErrnoException).code ?? error.message;
  if (error instanceof WrongAnswer) return answered(error, url);
  if (error instanceof CallRefused) return refusedCall(error);
  if (error instanceof BadCertificate) return certificate(error, url);
  if (error instanceof TimeIsUp) return late(step, url, place, options.openSeconds ?? 10);
  if (step === "dns") return unresolved(code, url);
  if (step === "tcp") return unconnected(code, place);
  if (step === "tls") return unencrypted(code, place, url);
  if (step === "first-byte") {
    return `${place} took the call, and cut it or the whole connection before its first message was through`;
  }
  return cutOff(code, place, error);
}

function placeOf(url: URL, address: string | undefined): string {
  const { hostname } = url;
  const port = portOf(url);
  return address === undefined || address === hostname ? `${hostname}:${port}` : `${hostname} (${address}) port ${port}`;
}

const PORTS: Record<string, number> = { "ws:": 80, "http:": 80, "wss:": 443, "https:": 443, "grpc:": 80, "grpcs:": 443 };

/** The port of a URL, the usual one of its scheme where it names none. */
export function portOf(url: URL): number {
  return url.port === "" ? (PORTS[url.protocol] ?? 0) : Number(url.port);
}

function unresolved(code: string, { hostname }: URL): string {
  if (code === "ENOTFOUND" || code === "ENODATA") {
    return `the name ${hostname} is not known (NXDOMAIN): its record is not there yet, or nobody made one`;
  }
  if (code === "EAI_AGAIN") return `${NO_ANSWER_FOR} ${hostname}: ${OTHERS_ANSWERED}`;
  return `the name ${hostname} could not be resolved: ${code}`;
}

const NO_ANSWER_FOR = "no answer came from the name servers of";
const OTHERS_ANSWERED = "this machine's resolver answers for other names, so those of this one fail or cannot be reached";

function unconnected(code: string, place: string): string {
  if (code === "ECONNREFUSED") {
    return `${place} refused the connection: nothing listens there, the port is another one, or no pod behind it is ready`;
  }
  if (code === "EHOSTUNREACH" || code === "ENETUNREACH") {
    return `no way leads to ${place} (${code}): nobody has the address, or something on the way rejects`;
  }
  if (code === "ECONNRESET") return `${place} cut the connection as soon as it stood`;
  return `${place} could not be connected: ${code}`;
}

function unencrypted(code: string, place: string, { hostname }: URL): string {
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH|EPROTO|HTTP_REQUEST|RECORD/.test(code)) {
    return `what answers at ${place} speaks no TLS: the port is the plain one, or TLS ends somewhere before it`;
  }
  if (/UNRECOGNIZED_NAME/.test(code)) return `${place} has no certificate for ${hostname} and ends the handshake`;
  if (/HANDSHAKE_FAILURE|PROTOCOL_VERSION|UNSUPPORTED/.test(code)) {
    return `${place} and this machine agree on no version of TLS or no cipher (${code})`;
  }
  if (/CERTIFICATE_REQUIRED|BAD_CERTIFICATE/.test(code)) return `${place} asks its clients for a certificate`;
  return `${place} ended the TLS handshake (${code}): it serves no TLS for ${hostname}, or what is behind it speaks none`;
}

function certificate({ code, certificate: { names, issuer, validFrom, validTo } }: BadCertificate, { hostname }: URL): string {
  const of = `the certificate of ${hostname}`;
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return `${of} expired on ${validTo}`;
    case "CERT_NOT_YET_VALID":
      return `${of} is valid only from ${validFrom}; the clock of this machine says ${new Date().toISOString()}`;
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `the certificate is for ${names.join(", ") || "no name"}, not for ${hostname}`;
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
      return `${of} vouches for itself: give its file with --ca, or have it signed`;
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
      return `nobody this machine trusts vouches for ${of} (issued by ${issuer}): the chain is not sent whole, or its authority is your own: --ca <file>`;
    default:
      return `${of} does not hold: ${code}`;
  }
}

/** Where a redirect leads, without its parameters: whoever logs somebody in puts secrets into them. */
function shownLocation(location: string | undefined): string {
  if (location === undefined) return "nowhere";
  return location.replace(/[?#].*$/s, "").replace(/\/\/[^/@]*@/, "//");
}

function answered({ status, headers }: WrongAnswer, { pathname, protocol }: URL): string {
  const isWebSocket = protocol.startsWith("ws");
  const wanted = isWebSocket ? "an upgrade to a WebSocket" : protocol.startsWith("grpc") ? "a call" : "a page or a stream";
  const begins = `HTTP ${status} came in place of ${wanted}`;
  if (status >= 300 && status < 400) {
    return `${begins}: it leads to ${shownLocation(headers.location)}, and nothing is followed; give that address if it is meant`;
  }
  if (isWebSocket && (status === 200 || status === 400 || status === 426)) {
    return `${begins}: ${pathname} speaks no WebSocket, or a proxy on the way does not pass the upgrade on`;
  }
  if (protocol.startsWith("grpc") && (status === 200 || status === 415)) {
    return `${begins}: what answers speaks HTTP/2, and no gRPC`;
  }
  if (protocol.startsWith("grpc") && status === 404) {
    return `${begins}: no route has this host, no pod behind it is ready, or a proxy speaks HTTP/1 to pods that take gRPC (HTTP/2 without TLS is h2c)`;
  }
  if (status === 401 || status === 403) return `${begins}: it wants to know who asks; say so with --header`;
  if (status === 404) {
    return `${begins}: nothing is served at ${pathname}, no route has this host, or no pod behind the route is ready (Traefik then takes it away)`;
  }
  if (status === 429) return `${begins}: something on the way limits the rate of requests`;
  if (status === 502) return `${begins}: a proxy could not speak to the pod (its port, its protocol, or it is gone)`;
  if (status === 503) return `${begins}: no pod is ready, or a pod takes no more`;
  if (status === 504) return `${begins}: a proxy waited for the pod longer than it may`;
  return begins;
}

function refusedCall({ status, said }: CallRefused): string {
  const begins = `the status ${status} of gRPC came in place of a call${said === "" ? "" : ` ("${said}")`}`;
  if (status === "UNIMPLEMENTED") {
    return `${begins} and without a word: a proxy says so where no route has this host, and some servers that have no health service (grpc.health.v1.Health)`;
  }
  if (status === "UNAVAILABLE") return `${begins}: no pod is ready, a pod takes no more, or a proxy cannot reach it`;
  if (status === "UNAUTHENTICATED" || status === "PERMISSION_DENIED") {
    return `${begins}: it wants to know who asks; say so with --header`;
  }
  return begins;
}

function cutOff(code: string, place: string, error: Error): string {
  if (code === "ECONNRESET" || code === "EPIPE" || code === "HPE_CLOSED_CONNECTION") {
    return `${place} closed the connection before it answered`;
  }
  if (code.startsWith("HPE_")) return `what answers at ${place} speaks no HTTP (${code})`;
  return `${place}: ${error.message}`;
}

function late(step: OpenStep, { hostname }: URL, place: string, seconds: number): string {
  const within = `within ${seconds} s`;
  switch (step) {
    case "dns":
      return `${NO_ANSWER_FOR} ${hostname} ${within}: ${OTHERS_ANSWERED}`;
    case "tcp":
      return `no answer from ${place} ${within}: a firewall, a security group or a source range drops it, or the address is nobody's`;
    case "tls":
      return `${place} took the connection and never finished the TLS handshake ${within}: what answers may speak no TLS`;
    default:
      return `${place} took the request and gave no answer ${within}: the pod hangs, or a proxy collects the answer before it passes it on`;
  }
}
