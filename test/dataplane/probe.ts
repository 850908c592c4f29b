/** Runs inside the client namespace: opens WebSockets one after the other and prints, as JSON, which pod each reached. */
import { WebSocket } from "ws";

export interface ProbeRequest {
  url: string;
  /** Source addresses, one connection from each in turn, `connections` times. Default: whatever the system picks. */
  sources?: string[];
  connections: number;
  /** Send back the cookie of the first answer, as a browser does. */
  keepCookie?: boolean;
  /** Seconds each connection is silent before it is tried. */
  silentSeconds?: number;
}

export interface ProbeAnswer {
  source?: string;
  pod: string;
  echoed: boolean;
  setCookie?: string;
}

const OPEN_MILLISECONDS = 5000;

function connect(url: string, source: string | undefined, cookie: string | undefined, silentSeconds = 0): Promise<ProbeAnswer> {
  return new Promise((resolve, reject) => {
    const headers = cookie === undefined ? {} : { cookie };
    const socket = new WebSocket(url, { localAddress: source, headers, handshakeTimeout: OPEN_MILLISECONDS });
    const messages: string[] = [];
    let setCookie: string | undefined;
    socket.on("upgrade", (response) => (setCookie = response.headers["set-cookie"]?.[0]));
    socket.on("error", reject);
    socket.on("open", () => setTimeout(() => socket.send("still there?"), silentSeconds * 1000));
    socket.on("message", (data) => {
      if (messages.push(String(data)) < 2) return;
      socket.close();
      const { pod } = JSON.parse(messages[0]!) as { pod: string };
      resolve({ source, pod, echoed: messages[1] === "still there?", setCookie });
    });
  });
}

async function main({ url, sources = [], connections, keepCookie, silentSeconds }: ProbeRequest): Promise<void> {
  const answers: ProbeAnswer[] = [];
  let cookie: string | undefined;
  for (let round = 0; round < connections; round++) {
    for (const source of sources.length ? sources : [undefined]) {
      const answer = await connect(url, source, cookie, silentSeconds);
      if (keepCookie) cookie ??= answer.setCookie?.split(";")[0];
      answers.push(answer);
    }
  }
  console.log(JSON.stringify(answers));
}

if (require.main === module) void main(JSON.parse(process.argv[2]!) as ProbeRequest);
