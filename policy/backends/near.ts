import { editDistance } from "../../path/nearest";

/** One letter in four, and two at most: short names are near each other by chance. */
const LETTERS_PER_SLIP = 4;
const MOST_SLIPS = 2;

/** Whether one name may be a slip of the pen for the other. Names that differ in their numbers alone are meant so. */
export function isSlip(name: string, other: string): boolean {
  const slips = Math.min(MOST_SLIPS, Math.floor(name.length / LETTERS_PER_SLIP));
  if (Math.abs(name.length - other.length) > slips || withoutNumbers(name) === withoutNumbers(other)) return false;
  return editDistance(name.toLowerCase(), other.toLowerCase()) <= slips;
}

const withoutNumbers = (name: string): string => name.replace(/\d+/g, "");
