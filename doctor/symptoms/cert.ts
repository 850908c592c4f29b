import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { annotationOf, listAt, textAt } from "../../path/value";
import { conditionsOf, describe, nameOf, objectsIn, sorted, type Cause, type Diagnosis, type Ward } from "./diagnosis";

const GROUP = "cert-manager.io/v1";
const ACME = "acme.cert-manager.io/v1";
/** Steps of cert-manager from the certificate down to the proof, each with what is wrong where it stops there. */
const STEPS: { apiVersion: string; kind: string; what: string; mend: string }[] = [
  { apiVersion: GROUP, kind: "Certificate", what: "the certificate is not issued", mend: "look at the steps below it" },
  {
    apiVersion: GROUP,
    kind: "CertificateRequest",
    what: "the issuer does not take the request",
    mend: "kubectl get clusterissuers; the name in tls.clusterIssuer",
  },
  {
    apiVersion: ACME,
    kind: "Order",
    what: "the authority does not finish the order",
    mend: "rate limits, or a name that is not public",
  },
  {
    apiVersion: ACME,
    kind: "Challenge",
    what: "the proof of the name does not get through",
    mend: "DNS must lead to this entry, port 80 must be open, or prove it by DNS",
  },
];

/** Milliseconds after which a renewal that is due counts as one that does not happen. */
const OVERDUE_MILLISECONDS = 3_600_000;

/** Certificates that are missing or about to end. What stands in a Secret is not read. */
export async function cert(ward: Ward): Promise<Diagnosis[]> {
  const steps = await Promise.all(
    STEPS.map(async (step) => ({ step, objects: await objectsIn(ward, step.apiVersion, step.kind) })),
  );
  const certificates = steps[0]!.objects;
  const stuck = steps.flatMap(({ step, objects }) => objects.flatMap((object) => causeOf(object, step.what, step.mend) ?? []));
  const ingresses = await objectsIn(ward, "networking.k8s.io/v1", "Ingress");
  const uncovered = ingresses.flatMap((ingress) => withoutCertificate(ingress, certificates));
  const ending = certificates.flatMap(endOf);
  const causes = sorted([...stuck, ...ending, ...uncovered]);
  const isThere = (await ward.reader.serves(GROUP, "Certificate")) !== false;
  const about =
    causes.length > 0
      ? "certificates in the stack's namespaces"
      : !isThere
        ? "cert-manager is not in this cluster: nothing issues certificates here"
        : certificates.length === 0
          ? "no Certificate of cert-manager is there"
          : "every Certificate of cert-manager here is issued, and none is overdue";
  return [{ about, causes }];
}

function causeOf(object: KubernetesObject, what: string, mend: string): Cause | undefined {
  const state = textAt(object, "status", "state");
  const bad = conditionsOf(object).find(({ type, status }) => type === "Ready" && status !== "True");
  const isStuck = object.kind === "Order" || object.kind === "Challenge" ? state !== "valid" : bad !== undefined;
  if (!isStuck) return undefined;
  const reason =
    bad === undefined
      ? `${String(state ?? "no state yet")} ${String(textAt(object, "status", "reason") ?? "")}`
      : (bad.message ?? bad.reason ?? "");
  return { likelihood: "seen", what, evidence: `${nameOf(object)}: ${reason.trim()}`, mend: `${mend}; ${describe(object)}` };
}

/** cert-manager itself says when it will renew; one that is past that was not renewed. */
function endOf(certificate: KubernetesObject): Cause[] {
  const [end, renewal] = ["notAfter", "renewalTime"].map((key) => Date.parse(String(textAt(certificate, "status", key))));
  const hasEnded = end! < Date.now();
  if (!hasEnded && !(renewal! + OVERDUE_MILLISECONDS < Date.now())) return [];
  const what = hasEnded ? "it has ended" : "it was to be renewed and was not";
  const until = `${nameOf(certificate)}: until ${String(textAt(certificate, "status", "notAfter"))}`;
  return [{ likelihood: "seen", what, evidence: until, mend: describe(certificate) }];
}

/** A Secret that an Ingress names and no certificate fills; somebody else may put it there. */
function withoutCertificate(ingress: KubernetesObject, certificates: KubernetesObject[]): Cause[] {
  const tls = listAt(ingress, "spec", "tls");
  const names = (tls === UNKNOWN ? [] : tls).flatMap((each: Value) => textAt(each, "secretName") ?? []);
  const filled = new Set(certificates.map((certificate) => textAt(certificate, "spec", "secretName")));
  const asks = annotationOf(ingress, "cert-manager.io/cluster-issuer") ?? annotationOf(ingress, "cert-manager.io/issuer");
  return names
    .filter((name) => !filled.has(name))
    .map((name) => ({
      likelihood: asks === undefined ? ("no sign" as const) : ("seen" as const),
      what: asks === undefined ? "a Secret that no Certificate fills" : "cert-manager has not taken up the Ingress",
      evidence: `${nameOf(ingress)} names Secret ${String(name)}${asks === undefined ? "" : ` and asks issuer ${String(asks)}`}`,
      mend: `kubectl get secret ${String(name)} -n ${ingress.metadata.namespace} must show type kubernetes.io/tls`,
    }));
}
