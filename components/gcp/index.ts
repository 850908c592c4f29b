import * as pulumi from "@pulumi/pulumi";
import { getProjectOutput } from "@pulumi/gcp/organizations/getProject";
import { Provider } from "@pulumi/gcp/provider";
import { ownTags, wrongAccount, type Cloud, type Connection } from "../edges/cloud";
import { certificate } from "./certificate";
import { record, zone } from "./dns";
import { staticIp } from "./staticIp";

/** What every resource of Google Cloud is made with. */
export interface Gcp extends Connection {
  provider: Provider;
  project: string;
  labels(service?: string): Record<string, string>;
}

const LONGEST_LABEL_CHARACTERS = 63;

/** Labels know fewer characters than tags. */
const asLabel = (value: string): string =>
  value
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .slice(0, LONGEST_LABEL_CHARACTERS);

/**
 * Connects to the Google Cloud project that the stack names.
 *
 * @throws {pulumi.RunError} before anything is created, where the credentials see another project.
 */
export function connect(connection: Connection): Cloud {
  const { project, region, labels } = connection.surroundings.gcp!;
  const provider = new Provider("gcp", { project, region });
  const own = (service?: string) =>
    Object.fromEntries(Object.entries(ownTags(connection, service)).map(([key, value]) => [key, asLabel(value)]));
  const gcp: Gcp = { ...connection, provider, project, labels: (service) => ({ ...labels, ...own(service) }) };
  const verified = getProjectOutput({ projectId: project }, { provider }).apply(({ projectId: found }): pulumi.Resource[] => {
    if (found === project) return [provider];
    const wayOut = `Choose credentials of ${project} (gcloud auth application-default login), or, if this project is meant, write project: ${found}.`;
    throw new pulumi.RunError(wrongAccount("Google Cloud project", String(found), project, "gcp.project", wayOut));
  });
  return {
    verified,
    zone: (options) => zone(gcp, options),
    certificate: (plan, found, place) => certificate(gcp, plan, found, place),
    staticIp: (plan, place) => staticIp(gcp, plan, place),
    record: (plan, address, found, place) => record(gcp, plan, address, found, place),
  };
}
