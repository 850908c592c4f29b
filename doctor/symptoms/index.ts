import { cert } from "./cert";
import type { Diagnosis, Ward } from "./diagnosis";
import { hpa } from "./hpa";
import { lbPending } from "./lbPending";
import { unbalanced } from "./unbalanced";
import { wsDrops } from "./wsDrops";

export type { Cause, Diagnosis, Likelihood, Ward } from "./diagnosis";

/** What people see, and where it is looked for. */
export const SYMPTOMS: Record<string, { title: string; look: (ward: Ward) => Promise<Diagnosis[]> }> = {
  "lb-pending": { title: "A load balancer stays pending", look: lbPending },
  "ws-drops": { title: "Connections close", look: wsDrops },
  unbalanced: { title: "One pod gets everything", look: unbalanced },
  hpa: { title: "The autoscaler does nothing", look: hpa },
  cert: { title: "A certificate is missing or ends", look: cert },
};
