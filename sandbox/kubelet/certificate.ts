import type { V1Container, V1Pod } from "@kubernetes/client-node";
import type { PodCertificate } from "../sample/server";

/** Reads a Secret's data, as it is written (base64); undefined where there is none. */
export type ReadSecret = (namespace: string, name: string) => Promise<Record<string, string> | undefined>;

/** What a container speaks TLS with: the certificate and the key of the first Secret mounted into it that has both. */
export async function certificateOf(
  { metadata, spec }: V1Pod,
  { volumeMounts = [] }: V1Container,
  read: ReadSecret,
): Promise<PodCertificate | undefined> {
  for (const { name } of volumeMounts) {
    const secretName = spec?.volumes?.find((volume) => volume.name === name)?.secret?.secretName;
    const data = secretName && (await read(metadata!.namespace!, secretName));
    if (!data || !data["tls.crt"] || !data["tls.key"]) continue;
    const [cert, key] = [data["tls.crt"], data["tls.key"]].map((text) => Buffer.from(text, "base64").toString()) as [
      string,
      string,
    ];
    return { cert, key };
  }
  return undefined;
}
