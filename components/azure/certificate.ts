/**
 * Certificates of an AKS cluster are kept in it, by cert-manager, as objects of the service; or in a Key Vault, whose certificates no
 * API of Azure's resource manager makes: the one Gateway that reads them takes the URI of one that is there.
 */
export function certificate(): never {
  throw new Error("no entry on Azure has a certificate that the cloud makes");
}
