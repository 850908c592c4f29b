import { block, hostName, label, objectName, text } from "../check/fields";
import type { Problem } from "../check/problem";
import type { CompiledObject, Need } from "../model";
import { afterNamespace } from "../namespace";
import { metadataOf } from "../labels";
import type { Service } from "../service";
import type { DraftSurroundings } from "../stack";
import { openedPath, type Claim, type EntryArgs } from "./kind";

/** What every entry that understands HTTP has. */
export interface HostArgs extends EntryArgs {
  /** DNS name clients use. */
  host: string;
  /** Everything below it goes to the service. Default /. */
  path: string;
}

export const hostFields = {
  name: label().optional(),
  host: hostName(),
  path: text("a path that begins with /, such as / or /chat", /^\/[^\s?#]*$/).default("/"),
};

/** The certificate clients see, kept in a Secret. */
export interface SecretTls {
  /** Secret that holds it. Default `<service>-tls`; without an issuer it must exist. */
  secretName?: string;
  /** cert-manager's ClusterIssuer that keeps it, such as letsencrypt-prod. */
  clusterIssuer?: string;
  /** cert-manager's Issuer in the service's namespace, in place of a ClusterIssuer. */
  issuer?: string;
}

export const secretTlsFields = {
  secretName: objectName("the name of a Secret").optional(),
  clusterIssuer: objectName("the name of a ClusterIssuer").optional(),
  issuer: objectName("the name of an Issuer").optional(),
};

export const secretTls = () => block(secretTlsFields).optional();

export function checkZone({ host }: { host?: string }, { dnsZone }: DraftSurroundings): Problem[] {
  if (host === undefined || dnsZone === undefined || host === dnsZone || host.endsWith(`.${dnsZone}`)) return [];
  const message = `found ${host}; allowed: ${dnsZone} or a name below it (holdfast:dnsZone). Correct the host or the zone.`;
  return [{ path: "host", message }];
}

/** Production serves no plain HTTP. */
export function checkTlsGiven(tls: object | undefined, { environment }: DraftSurroundings, wayOut: string): Problem[] {
  if (tls !== undefined || environment !== "production") return [];
  return [{ path: "tls", message: `missing; a production stack serves no plain HTTP. ${wayOut}` }];
}

export function checkSecretTls(tls: SecretTls | undefined, surroundings: DraftSurroundings): Problem[] {
  if (tls === undefined) {
    return checkTlsGiven(tls, surroundings, "Write tls: { clusterIssuer: ... } or tls: { secretName: ... }.");
  }
  const { secretName, clusterIssuer, issuer } = tls;
  if (clusterIssuer !== undefined && issuer !== undefined) {
    const message = `found ${issuer} beside clusterIssuer: ${clusterIssuer}; cert-manager takes one. Remove one of the two.`;
    return [{ path: "tls.issuer", message }];
  }
  if (secretName ?? clusterIssuer ?? issuer) return [];
  const message =
    "found no certificate in it; needed: clusterIssuer or issuer (cert-manager keeps the certificate), or secretName.";
  return [{ path: "tls", message }];
}

/** An entry that understands only HTTP cannot carry anything else. */
export function checkHttp(kind: string, what: string, { protocol }: Partial<Service>, instead: string): Problem[] {
  if (protocol !== "tcp") return [];
  return [{ path: "kind", message: `found ${kind} with protocol: tcp; ${what} carries HTTP only. Use kind: ${instead}.` }];
}

/** One host and path is served by one entry; the same name may mean another address inside than outside. */
export function hostClaim({ host, path }: { host: string; path: string }, internal = false): Claim {
  return {
    path: "host",
    key: `host ${internal ? "internal" : "public"} ${host}${path}`,
    found: `${host}${path}`,
    taken: "serves too",
    wayOut: "Choose another host or path.",
  };
}

/** A name leads to one load balancer; what another serves below it is reached only through something that divides the paths. */
export function warnAboutHost({ host, alsoServedBy }: { host: string; alsoServedBy?: string }, wayOut: string): string[] {
  if (alsoServedBy === undefined) return [];
  return [`${host} is served by the load balancer of ${alsoServedBy} too, and a name leads to one of them: ${wayOut}`];
}

export function hostUrl(service: Service, { host, path }: HostArgs, tls: boolean): string {
  const scheme = (service.protocol === "websocket" ? "ws" : "http") + (tls ? "s" : "");
  return `${scheme}://${host}${openedPath(service, path)}`;
}

export const tlsSecretName = (service: Service, tls: SecretTls): string => tls.secretName ?? `${service.name}-tls`;

/** The annotation by which cert-manager keeps the certificate of an Ingress or a Gateway. */
export function issuerAnnotation(tls: SecretTls | undefined): Record<string, string> {
  if (tls?.clusterIssuer !== undefined) return { "cert-manager.io/cluster-issuer": tls.clusterIssuer };
  return tls?.issuer === undefined ? {} : { "cert-manager.io/issuer": tls.issuer };
}

const NOT_WATCHED = "A Certificate of its own: cert-manager watches Ingresses and Gateways, but no route of this kind.";

/** Where no annotation tells cert-manager: the certificate as an object of its own. Nothing without an issuer. */
export function certificateObjects(
  service: Service,
  logicalName: string,
  tls: SecretTls,
  dnsNames: string[],
  why: string = NOT_WATCHED,
): CompiledObject[] {
  const issuerRef = tls.clusterIssuer
    ? { group: "cert-manager.io", kind: "ClusterIssuer", name: tls.clusterIssuer }
    : tls.issuer
      ? { group: "cert-manager.io", kind: "Issuer", name: tls.issuer }
      : undefined;
  if (issuerRef === undefined) return [];
  const secretName = tlsSecretName(service, tls);
  return [
    {
      logicalName,
      object: {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: metadataOf(service, secretName),
        spec: { secretName, dnsNames, issuerRef },
      },
      after: afterNamespace(service),
      why: [why],
    },
  ];
}

/** What keeps the certificate of a host. */
export function tlsNeeds(service: Service, tls: SecretTls | undefined, host: string): Need[] {
  if (tls === undefined) return [];
  const why = `cert-manager keeps the certificate of ${host} by it`;
  if (tls.clusterIssuer !== undefined) return [{ kind: "ClusterIssuer", name: tls.clusterIssuer, why }];
  if (tls.issuer !== undefined) return [{ kind: "Issuer", name: tls.issuer, why }];
  const name = `${service.namespace}/${tlsSecretName(service, tls)}`;
  return [{ kind: "Secret", name, why: `it holds the certificate of ${host}` }];
}
