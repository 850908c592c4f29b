/** Runs inside the client namespace: opens WebSockets one after the other and prints, as JSON, what became of each. */
import { WebSocket } from "ws";

export interface ProbeRequest {
  url: string;
  /** Address to ask for the URL's name, also where nobody publishes the name. */
  address?: string;
  /** Source addresses, one connection from each in turn, `connections` times. Default: whatever the system picks. */
  sources?: string[];
  connections: number;
  /** Send back the cookie of the first answer, as a browser does. */
  keepCookie?: boolean;
  /** The cookie to begin with. */
  cookie?: string;
  /** Seconds to say nothing after the first echo; then, where the connection still stands, it speaks once more. Default: 0. */
  silentSeconds?: number;
}

export interface ProbeAnswer {
  source?: string;
  pod: string;
  /** Whether the pod repeated what it was told, after the silence too. */
  echoed: boolean;
  setCookie?: string;
  /** Seconds of silence after which somebody closed the connection; absent where it outlived the silence. */
  closedAfterSeconds?: number;
}

/** What came instead of an upgrade: the HTTP status, or the error of the socket. */
export interface ProbeRefusal {
  refused: string;
}

const OPEN_MILLISECONDS = 5000;

async function connect(request: ProbeRequest, source: string | undefined, cookie: string | undefined): Promise<ProbeAnswer> {
  const { url, silentSeconds = 0 } = request;
  const place = new URL(url);
  const headers = { host: place.host, ...(cookie === undefined ? {} : { cookie }) };
  if (request.address !== undefined) place.hostname = request.address;
  const socket = new WebSocket(place, { localAddress: source, headers, handshakeTimeout: OPEN_MILLISECONDS });
  const messages: string[] = [];
  let arrived = () => {};
  let setCookie: string | undefined;
  socket.on("upgrade", (response) => (setCookie = response.headers["set-cookie"]?.[0]));
  socket.on("message", (data) => {
    messages.push(String(data));
    arrived();
  });
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const hears = async (count: number): Promise<boolean> => {
    const heard = new Promise<boolean>((resolve) => {
      arrived = () => messages.length >= count && resolve(true);
      arrived();
    });
    return Promise.race([heard, closed.then(() => false)]);
  };
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  // Later errors are followed by a close, which is what is looked at.
  socket.on("error", () => {});
  const says = async (text: string, count: number) => {
    socket.send(text);
    return (await hears(count)) && messages[count - 1] === text;
  };
  // From before the last byte but the echo: a proxy that counts right can only close later than it says.
  const start = Date.now();
  // The first message is the pod's own greeting.
  const echoedAtFirst = await says("hello?", 2);
  const { pod } = JSON.parse(messages[0]!) as { pod: string };
  const timer = new Promise<"silent">((resolve) => setTimeout(() => resolve("silent"), silentSeconds * 1000).unref());
  if ((await Promise.race([closed, timer])) !== "silent") {
    return { source, pod, echoed: echoedAtFirst, setCookie, closedAfterSeconds: (Date.now() - start) / 1000 };
  }
  const echoed = echoedAtFirst && (silentSeconds === 0 || (await says("still there?", 3)));
  socket.close();
  return { source, pod, echoed, setCookie };
}

async function main(request: ProbeRequest): Promise<void> {
  const answers: ProbeAnswer[] = [];
  let { cookie } = request;
  for (let round = 0; round < request.connections; round++) {
    for (const source of request.sources ?? [undefined]) {
      const answer = await connect(request, source, cookie);
      if (request.keepCookie) cookie ??= answer.setCookie?.split(";")[0];
      answers.push(answer);
    }
  }
  console.log(JSON.stringify(answers));
}

if (require.main === module) {
  main(JSON.parse(process.argv[2]!) as ProbeRequest).catch((error: NodeJS.ErrnoException) => {
    console.log(JSON.stringify({ refused: error.code ?? error.message } satisfies ProbeRefusal));
  });
}
