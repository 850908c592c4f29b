import type { ClusterFacts } from "../../path/model";
import { STANDARD_OPTIONS } from "../../policy/options";
import { decode } from "../../lint/bytes";
import type { Problem, Source } from "../../lint/model";
import { lintGroups, type Linted, type Settings } from "../../lint/run";

export function settings(change: Partial<Settings> = {}): Settings {
  return {
    cluster: {} as ClusterFacts,
    options: { ...STANDARD_OPTIONS, assume: "all" },
    preset: "recommended",
    levels: {},
    ...change,
  };
}

export const source = (text: string, file = "a.yaml"): Source => ({ file, text, named: true });

export function lintText(text: string, change: Partial<Settings> = {}): Linted {
  return lintGroups([{ name: "", sources: [source(text)] }], settings(change));
}

/** As the file would be read whose bytes these are. */
export function lintBytes(bytes: Buffer): Linted {
  const { text = "", mark, foreign, bad } = decode(bytes);
  const linted = lintGroups(
    [{ name: "", sources: [{ ...source(text), ...(mark && { mark }), ...(foreign && { foreign }) }] }],
    settings(),
  );
  if (bad !== undefined) linted.problems.unshift({ file: "a.yaml", ...bad });
  return linted;
}

/** `Service default/one` of each object that was read. */
export const namesOf = ({ clusters }: Linted): string[] =>
  clusters.flatMap(({ context }) => context.catalog.objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`));

export const linesOf = (problems: readonly Problem[]): string[] =>
  problems.map(
    ({ file, line, column, message }) => `${[file, line, column].filter((part) => part !== undefined).join(":")}: ${message}`,
  );

/** A service that is open to the world through ingress-nginx, with what is said of it. */
export function exposed({ annotations = "", port = "80", before = "", namespace = "" } = {}): string {
  const place = namespace === "" ? "" : `\n  namespace: ${namespace}`;
  return `${before}apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web${place}
  annotations:
    nginx.ingress.kubernetes.io/affinity: cookie${annotations}
spec:
  ingressClassName: nginx
  tls: [{ hosts: [chat.example.com], secretName: chat }]
  rules:
    - host: chat.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: { service: { name: web, port: { number: ${port} } } }
---
apiVersion: v1
kind: Service
metadata:
  name: web${place}
spec:
  selector: { app: web }
  ports: [{ port: 80, targetPort: 8080 }]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web${place}
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: registry.example.com/web:1.2.3
          ports: [{ containerPort: 8080 }]
`;
}
