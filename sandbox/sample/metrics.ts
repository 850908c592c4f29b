import type { PodIdentity } from "./podState";

const BUCKET_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface Metrics {
  countRequest(status: number, seconds: number): void;
  /** A WebSocket ended with this code; 1006 where no goodbye came. */
  countClose(code: number): void;
  /** The Prometheus text format, version 0.0.4. */
  text(openConnections: number): string;
}

/** The metrics that dashboards of long-lived connections start from, for one pod. */
export function createMetrics(identity: PodIdentity): Metrics {
  const requests = new Map<number, number>();
  const closes = new Map<number, number>();
  const buckets = BUCKET_SECONDS.map(() => 0);
  let count = 0;
  let sumSeconds = 0;
  const label = (more = "") => `{${[`pod="${identity.name}"`, namespaceLabel(identity), more].filter(Boolean).join(",")}}`;

  return {
    countRequest(status, seconds) {
      requests.set(status, (requests.get(status) ?? 0) + 1);
      count += 1;
      sumSeconds += seconds;
      BUCKET_SECONDS.forEach((limit, index) => {
        if (seconds <= limit) buckets[index]! += 1;
      });
    },
    countClose(code) {
      closes.set(code, (closes.get(code) ?? 0) + 1);
    },
    text(openConnections) {
      const duration = "http_request_duration_seconds";
      return [
        "# HELP websocket_connections_current WebSocket connections that are open now.",
        "# TYPE websocket_connections_current gauge",
        `websocket_connections_current${label()} ${openConnections}`,
        "# HELP websocket_closes_total WebSocket connections that ended, by code.",
        "# TYPE websocket_closes_total counter",
        ...[...closes].map(([code, number]) => `websocket_closes_total${label(`code="${code}"`)} ${number}`),
        "# HELP http_requests_total HTTP requests answered, by status.",
        "# TYPE http_requests_total counter",
        ...[...requests].map(([status, number]) => `http_requests_total${label(`status="${status}"`)} ${number}`),
        `# HELP ${duration} Seconds from the request to the end of its answer.`,
        `# TYPE ${duration} histogram`,
        ...BUCKET_SECONDS.map((limit, index) => `${duration}_bucket${label(`le="${limit}"`)} ${buckets[index]}`),
        `${duration}_bucket${label('le="+Inf"')} ${count}`,
        `${duration}_sum${label()} ${sumSeconds}`,
        `${duration}_count${label()} ${count}`,
        "",
      ].join("\n");
    },
  };
}

function namespaceLabel({ namespace }: PodIdentity): string {
  return namespace === undefined ? "" : `namespace="${namespace}"`;
}
