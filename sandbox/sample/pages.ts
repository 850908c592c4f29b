import type { PodState } from "./podState";

/** What the sample server answers, for `/docs` and for whoever wonders. */
export const ENDPOINTS: Record<string, string> = {
  "/ws": "WebSocket: says which pod it is, then echoes",
  "/ws/overlay/:id": "the same, for one overlay",
  "/overlay/:id": "a page that opens the socket of its overlay",
  "/mcp": "Model Context Protocol over HTTP, and a WebSocket",
  "/events": "server-sent events: names the pod, then silence; ?everySeconds=5 sends one every 5 seconds",
  "/api": "a JSON answer that names the pod and the path",
  "/health": "what the pod thinks of itself",
  "/health/startup": "startup probe",
  "/health/live": "liveness probe",
  "/health/ready": "readiness probe: 503 from SIGTERM on",
  "/metrics": "Prometheus metrics",
  "/docs": "this page",
};

export function welcomePage(pod: string): string {
  return page("Holdfast sample", `<p>Pod <b>${escape(pod)}</b> answers. <a href="/docs">What it can be asked</a>.</p>`);
}

export function docsPage(pod: string): string {
  const rows = Object.entries(ENDPOINTS).map(([path, what]) => `<tr><td><code>${path}</code></td><td>${what}</td></tr>`);
  return page("Holdfast sample: endpoints", `<p>Pod <b>${escape(pod)}</b></p><table>${rows.join("")}</table>`);
}

/** A page that opens the overlay's socket and shows what arrives, as ChatPulse's overlay does in a streamer's scene. */
export function overlayPage(pod: string, pathname: string): string {
  const id = pathname.split("/")[2] ?? "";
  return page(
    "Overlay",
    `<p>Served by pod <b>${escape(pod)}</b></p><pre id="log"></pre><script>
const url = new URL("/ws/overlay/${encodeURIComponent(decode(id))}", location); url.protocol = url.protocol.replace("http", "ws");
const show = (line) => (document.getElementById("log").textContent += line + "\\n");
const socket = new WebSocket(url);
socket.onmessage = ({ data }) => show(data); socket.onclose = ({ code }) => show("closed " + code);
</script>`,
  );
}

export function apiDocument(pod: PodState, method: string, path: string): object {
  return { pod: pod.identity.name, namespace: pod.identity.namespace, method, path };
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>${body}</html>\n`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
