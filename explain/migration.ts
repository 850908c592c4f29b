import { PHASES } from "../compile/migration";
import type { MigrationPlan } from "../compile/migration/plan";

/** `node-port → load-balancer, phase parallel (1 of 4)`. */
export function migrationWords({ from, to, phase }: MigrationPlan): string {
  return `${from} → ${to}, phase ${phase} (${PHASES.indexOf(phase) + 1} of ${PHASES.length})`;
}

interface Told {
  /** Where a line has room for one word. */
  label: string;
  title: string;
  sentences: string[];
}

/** What a plan says, in the order in which a person does it. */
export function migrationParts({ now, check, next, back }: MigrationPlan): Told[] {
  const parts = [
    { label: "up", title: "What the next up makes of it", sentences: now },
    { label: "check", title: "What to check before the next phase", sentences: check },
    { label: "next", title: "What comes next", sentences: next },
    { label: "back", title: "The way back", sentences: back },
  ];
  return parts.filter(({ sentences }) => sentences.length > 0);
}
