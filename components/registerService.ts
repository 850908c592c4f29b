import * as pulumi from "@pulumi/pulumi";
import { formatProblems } from "../compile/check/problem";
import type { Endpoint } from "../compile/model";
import { parseService, type ExaminedService } from "../compile/parse";
import { entryTable } from "../explain/json";
import { explainService } from "../explain/model";
import { recordByHand } from "./bareMetal/dns";
import type { ConnectionServiceArgs, EntryOutput } from "./connectionService";
import { ServiceEdgeResources } from "./edges";
import { registerObjects, SharedObjects, type Fill } from "./kubernetesObject";

/** What a component got registered as its children, and what it says of them. */
export interface RegisteredService {
  namespace: pulumi.Output<string>;
  entries: EntryOutput[];
  objects: ReadonlyMap<string, pulumi.CustomResource>;
  /** For whoever reads them back from the state. They take them for what is there, so they wait until it is. */
  outputs: { namespace: pulumi.Output<string>; entries: pulumi.Output<unknown>; migration: pulumi.Output<unknown> };
}

interface WithLoadBalancer {
  status?: pulumi.Output<
    { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] }; addresses?: { value?: string }[] } | undefined
  >;
}

/** Registers the children of a component that is a service, in this program or behind a package. */
export function registerService(
  component: pulumi.ComponentResource,
  name: string,
  args: ConnectionServiceArgs,
  options: pulumi.ComponentResourceOptions,
): RegisteredService {
  const { surroundings, shared = new SharedObjects() } = args;
  const examined = check(component, name, args);
  const { compiled } = examined;
  // Whatever the component waits for, its children must wait for too; the engine does not hand that down.
  const waits = { parent: component, dependsOn: options.dependsOn };
  const edges = new ServiceEdgeResources(name, examined.service, surroundings, args.edges, waits);
  const objects = registerObjects(
    name,
    compiled.objects,
    fillFrom(args, edges),
    { ...waits, hooks: options.hooks },
    (object) => shared.of(object),
    (entry) => edges.before(entry),
  );
  for (const [logicalName, resource] of objects) shared.offer({ service: compiled.name, logicalName }, resource);
  const explained = explainService(examined, surroundings.cluster);
  const namespace = pulumi.output(compiled.namespace);
  const entries = compiled.endpoints.map((endpoint, index) => {
    const address = addressOfEndpoint(endpoint, objects, shared);
    const table = entryTable(explained.entries[index]!, explained);
    const byHand = edges.printed(endpoint.entry);
    return {
      ...entryOutput(endpoint, address, table),
      ...(byHand === undefined ? {} : { record: recordByHand(byHand, address, surroundings) }),
    };
  });
  edges.createRecords((entry) => {
    const index = compiled.endpoints.findIndex((endpoint) => endpoint.entry === entry);
    const { logicalName } = compiled.endpoints[index]!.addressFrom!;
    return { address: entries[index]!.address, after: [objects.get(logicalName)!] };
  });
  const created = pulumi.all([...objects.values()].map(({ id }) => id));
  const migration = pulumi.all([created, args.migration]).apply(([, recorded]) => recorded ?? null);
  return { namespace, entries, objects, outputs: { namespace, entries: created.apply(() => entries), migration } };
}

function addressOfEndpoint(
  { address, addressFrom }: Endpoint,
  objects: RegisteredService["objects"],
  shared: SharedObjects,
): pulumi.Input<string> {
  if (address !== undefined) return address;
  if (addressFrom === undefined) return ELSEWHERE;
  const { service, logicalName } = addressFrom;
  const resource = service === undefined ? objects.get(logicalName)! : shared.of({ service, logicalName });
  return pulumi.output(resource).apply((found) => addressOf(found));
}

/** The check that stack files go through. */
function check(component: pulumi.Resource, name: string, { service, surroundings }: ConnectionServiceArgs): ExaminedService {
  if (isExamined(service)) return service;
  const parsed = parseService(service, surroundings);
  if (parsed.problems !== undefined) {
    throw new pulumi.RunError(formatProblems(parsed.problems, `ConnectionService ${name}`, ""));
  }
  for (const warning of parsed.warnings) void pulumi.log.warn(warning, component);
  return parsed.examined;
}

const isExamined = (service: ConnectionServiceArgs["service"]): service is ExaminedService =>
  "compiled" in service && "verdicts" in service;

/** In place of an address that no resource of this stack has. */
const ELSEWHERE = "that of a Gateway outside this stack";

function fillFrom({ secretValue, address }: ConnectionServiceArgs, edges: ServiceEdgeResources): Fill {
  return (hole) => {
    const { what, service, key } = hole;
    if (what === "certificate" || what === "elastic-ip") return edges.fill(hole);
    if (what === "address") {
      if (address !== undefined) return address(service, key);
      throw new pulumi.RunError(
        `the address of entry ${key} of ${service} is known later, and the component was given no address`,
      );
    }
    if (secretValue !== undefined) return pulumi.secret(secretValue(service, key));
    throw new pulumi.RunError(
      `${service} takes the secret ${key} from Pulumi's configuration, and the component was given no secretValue`,
    );
  };
}

function entryOutput({ entry, url }: Endpoint, known: pulumi.Input<string>, table: ReturnType<typeof entryTable>): EntryOutput {
  const whole = url.includes("<address>") ? pulumi.output(known).apply((found) => url.replace("<address>", found)) : url;
  return { name: entry, ...table, url: whole, address: known };
}

/** Clouds answer with a host name or with an IP address, which is theirs to choose; a Gateway answers in a place of its own. */
function addressOf(resource: pulumi.CustomResource): pulumi.Output<string> {
  const { status } = resource as WithLoadBalancer;
  return pulumi.output(status).apply((value) => {
    const first = value?.loadBalancer?.ingress?.[0];
    return first?.ip ?? first?.hostname ?? value?.addresses?.[0]?.value ?? "pending";
  });
}
