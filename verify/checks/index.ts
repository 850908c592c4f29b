import { CHECK_NAMES } from "../model";
import { drain } from "./drain";
import { idle } from "./idle";
import type { Check } from "./model";
import { reach } from "./reach";

/** In the order in which they run. */
export const CHECKS: Check[] = [reach, idle, drain].sort(
  (left, right) => CHECK_NAMES.indexOf(left.name) - CHECK_NAMES.indexOf(right.name),
);
