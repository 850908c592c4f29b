import { CHECK_NAMES } from "../model";
import { distribution } from "./distribution";
import { drain } from "./drain";
import { endpoints } from "./endpoints";
import { idle } from "./idle";
import type { Check } from "./model";
import { reach } from "./reach";
import { scale } from "./scale";
import { sticky } from "./sticky";

/** In the order in which they run. */
export const CHECKS: Check[] = [reach, distribution, sticky, idle, drain, endpoints, scale].sort(
  (left, right) => CHECK_NAMES.indexOf(left.name) - CHECK_NAMES.indexOf(right.name),
);
