import { ENTRY_KIND_NAMES } from "../../compile/entry";

/**
 * What is said of keys that docs/configuration.md says in a heading or by the keys below, and of those that a package has in another
 * shape than a stack file.
 */
export const SENTENCES: Record<string, string> = {
  "bareMetal.addressPools": "The addresses that MetalLB hands out, from pools that are there already. Default: none.",
  "certManager.clusterIssuer": "The ClusterIssuer of cert-manager that signs, which is there already. Required.",
  "cluster.inFront[].idleSeconds":
    "Seconds of silence after which it closes a connection. Allowed: 1 to 31536000 seconds. Default: it never does, and its documentation says so.",
  "cluster.network":
    "From where others connect to pods, for `service.networkPolicy`. Nothing else reads it. Default: nothing is declared.",
  "cluster.gateways": "Gateways of somebody else to which entries are attached, by `<namespace>/<name>`. Default: none.",
  "service.name":
    "Name of its Deployment and of its Service inside the cluster. Changing it replaces everything, and closes every connection. Allowed: 1 to 63 of a-z, 0-9, `-`, a letter first. Default: the component's name.",
  "service.namespace": "Namespace of all its objects. Allowed: 1 to 63 of a-z, 0-9, `-`, a letter first. Default: the name.",
  "service.entries":
    "The ways in from outside, in the order in which they are told. Required; an empty list for a service that is reached only inside the cluster.",
  "service.promise": "What each connection is promised. An entry that cannot keep it is an error. Default: that of its keys.",
  "service.promise.affinity": "Whether a client that comes back reaches the same pod. Default: it does, for 3600 seconds.",
  "service.promise.heartbeat": "What the application itself sends on a silent connection. Default: nothing.",
  "service.tls": "TLS that ends in the pods, for entries that pass bytes on. Default: the pods speak in the clear.",
  "service.scaling": "How many pods there are, and what decides it. Default: 3 to 10, by how busy they are.",
  "service.scaling.memoryPercent":
    "Average use of the reserved memory above which pods are added. Beside `connections` only where it is written. Allowed: 1 to 100 percent. Default: 80.",
  "service.scaling.connections": "Scaling by open connections. Only with `profile: connections`. Default: 1000 a pod.",
  "service.scaling.keda": "KEDA in place of a HorizontalPodAutoscaler. Only with `profile: connections`. Default: no KEDA.",
  "service.scaling.keda.fallback": "How many pods there are while Prometheus does not answer KEDA. Default: the most.",
  "service.scaling.behavior": "How quickly pods come and go. Default: quickly, and slowly.",
  "service.scaling.behavior.scaleDown":
    "How pods are taken away. Default: half of them in a minute; by connections one at a time.",
  "service.scaling.behavior.scaleDown.stabilizationWindowSeconds":
    "Seconds the autoscaler looks back before it takes pods away. Allowed: 0 to 3600 seconds. Default: 300; by connections as long as one needs to leave.",
  "service.scaling.behavior.scaleUp": "How pods are added. Default: as many again in a minute; by connections at once.",
  "service.scaling.behavior.scaleUp.stabilizationWindowSeconds":
    "Seconds the autoscaler looks back before it adds pods. Allowed: 0 to 3600 seconds. Default: 60; by connections 0.",
  "service.disruption": "How many pods stay while nodes are emptied. Default: one fewer than the fewest.",
  "service.drain":
    "The goodbye of a pod, where what is derived from the entries and the promise does not suit. Default: derived.",
  "service.probes": "How the kubelet learns that a pod has started, lives and is ready. Default: by what the protocol offers.",
  "service.probes.startup": "Until it succeeds the other two are not asked.",
  "service.probes.liveness": "Kills the pod, with all its connections: it must not depend on a database.",
  "service.probes.readiness": "Keeps new connections away from a pod that is not ready, and only those.",
  "service.overload": "How a pod says that it is full. Default: it never does.",
  "service.resources": "Processor time and memory of each pod. Default: those of its keys.",
  "service.resources.requests": "What is reserved on the node.",
  "service.resources.limits": "What it gets at most.",
  "service.metrics": "Who reads the application's metrics. Default: a ServiceMonitor.",
  "service.metrics.names":
    "What the application calls its metrics, for alerts, dashboards and scaling. Default: those of its keys.",
  "service.networkPolicy": "Who may connect to the pods. Default: everybody who can reach them.",
  "service.endpoints":
    "Names of its own addresses. Default: its own name for the first entry, `<name>-<entry>` for each further one.",
  "service.consumes":
    "Environment variables that hold addresses of named endpoints; the pods roll when one changes. Default: none.",
  "service.files": "Files mounted into the pods, read-only. Default: none.",
  "service.workload": "What runs it in the cluster. Default: a Deployment of this component.",
  "service.workload.volumes": "Volumes that each pod has and finds again. Only with `kind: stateful-set`. Default: none.",
  "service.workload.declared": "What nothing shows about pods of somebody else. Only with `mode: existing`. Default: not known.",
  "service.ports":
    "Further ports of the pods, reached inside the cluster, and from outside by an entry with `targetPort`. Default: none.",
  "service.security": "What the containers may do to the node they run on. Default: nothing (`restricted`).",
  "service.security.admission": "What the namespace refuses, warns of and notes. Default: what `level` says.",
  "service.security.admission.warn":
    "A level of the Pod Security Standards below which whoever starts a pod there is warned. Only where this service creates the namespace. Allowed: `restricted`, `baseline`, `privileged`. Default: `security.level`.",
  "service.security.admission.audit":
    "A level of the Pod Security Standards below which a pod is noted in the audit log. Only where this service creates the namespace. Allowed: `restricted`, `baseline`, `privileged`. Default: `security.level`.",
  "service.spread": "How pods are kept apart. Default: over zones and nodes where there is room.",
  "service.spread.nodes":
    "Pods over nodes. `preferred`: where there is room; `required`: a pod waits rather than crowd one. Allowed: `preferred`, `required`, `none`. Default: `preferred`.",
  "service.serviceAccount": "Whom the pods are. Default: the namespace's own account, without a token.",
  "service.patches": "Changes to its own objects after everything else, in order. They are judged with the rest. Default: none.",
  "service.secrets": "Environment variables that are secret, and where they come from. Default: none.",
  "service.secrets.keys":
    "With `source: pulumi`: the environment variables. Each needs a value at `secretValues`. Allowed: a list of names. Required there.",
  "service.secrets.rolloutKey":
    "With `source: pulumi`: the name of one more value at `secretValues`: a random key that no pod gets. With it a changed value replaces the pods. Allowed: a name that is not among `keys`; the value: at least 32 characters. Default: a changed secret replaces no pods.",
  "service.secrets.store": "With `source: external-secret`: where the External Secrets Operator reads. Required there.",
  "service.secrets.remoteKeys":
    "With `source: external-secret`: for each environment variable what it is called in the store. Required there.",
  "entry.kind": `What the entry is; its own keys stand in the block of that name. Allowed: ${ENTRY_KIND_NAMES.map((kind) => `\`${kind}\``).join(", ")}. Required.`,
  "entry.name":
    "Tells two entries of one kind apart, and stands in the names of their objects. A change replaces them. Allowed: a name. Default: the kind.",
  "entry.targetPort": "Name of the port of the pods that it leads to, where that is one of `ports`. Default: the service's own.",
  "entry.certificate": "The certificate that clients see, in place of the entry's `tls`. Default: none.",
  "entry.certificate.mode":
    "`create`: cert-manager makes it in the cluster; one of a cloud is not made by a component. `lookup`: one that the cloud has for the name; not by a component. `import`: the one of `id`. Allowed: `create`, `lookup`, `import`. Required.",
  "entry.dns": "The record by which clients find the entry's host. Default: nobody makes it.",
  "entry.dns.mode":
    "`create`: ExternalDNS is asked to make it. `print`: the line to add is at `record` of the output `entries`, and nobody adds it. Allowed: `create`, `print`. Default: `create`.",
  "entry.dns.via":
    "`external-dns`: ExternalDNS keeps it; the objects are annotated under the prefix of its releases before 0.22 and the one since. `dns-endpoint`: an object of ExternalDNS's own kind, for the pinned address of `metallb`. `records` would be in a zone of a cloud, into which a component does not write. Allowed: `external-dns`, `dns-endpoint`. Default: on bare metal `external-dns`; required on a cloud.",
  "entry.staticIp": "An address that stays when the load balancer goes. Default: none.",
  "entry.staticIp.mode":
    "`existing`: it is there. `create` would be an address of a cloud, which a component does not make. Allowed: `existing`. Required.",
  "entry.staticIp.name": "Name of the address. Not on AWS. Allowed: a name. Required where it is an address by name.",
  "entry.staticIp.resourceGroup": "Azure: the resource group of the address. Allowed: its name. Required there.",
  "kinds.gateway.implementation":
    "Who serves it. Allowed: `envoy-gateway`, `istio`, `contour`, `traefik`, `gke`, `aws-lbc`, `approuting-istio`, `agc`. Required.",
};

/** What is said of a block inside an entry, whatever the kind. */
export const BLOCKS_OF_ENTRIES: Record<string, string> = {
  tls: "The certificate that clients see. Default: plain HTTP, which production refuses; at a load balancer of layer 4 bytes are passed on.",
  healthCheck: "The load balancer's own check of the pods. Default: as the readiness probe.",
  attachTo: "A Gateway of somebody else to attach to, in place of one of this service's. Default: this service makes its own.",
  entryPointPorts: "Ports of Traefik's entry points. Default: those of its chart.",
  applicationLoadBalancer: "The ApplicationLoadBalancer object of Application Gateway for Containers to use. Default: none.",
};
