import { editDistance } from "../../path/nearest";

/** One letter in four, and two at most: short names are near each other by chance. */
const LETTERS_PER_SLIP = 4;
const MOST_SLIPS = 2;

/**
 * Whether one name may be a slip of the pen for the other. Names that differ in their numbers alone are meant so, and where both have as many
 * words, each is compared with its own: web-service and was-service are two Services.
 */
export function isSlip(name: string, other: string): boolean {
  if (withoutNumbers(name) === withoutNumbers(other)) return false;
  const [words, others] = [name, other].map((each) => each.toLowerCase().split(/[^a-z0-9]+/));
  if (words!.length !== others!.length) return isNear(name.toLowerCase(), other.toLowerCase());
  return words!.every((word, index) => word === others![index] || isNear(word, others![index]!));
}

/** The same for a port's number: one digit else, or two neighbours in each other's place. */
export function isSlipOfNumber(number: string, other: string): boolean {
  if (number === other || Math.min(number.length, other.length) < LETTERS_PER_SLIP) return false;
  if (editDistance(number, other) === 1) return true;
  if (number.length !== other.length) return false;
  const at = [...number].findIndex((digit, index) => digit !== other[index]);
  return number.slice(0, at) + number[at + 1] + number[at] + number.slice(at + 2) === other;
}

function isNear(name: string, other: string): boolean {
  const slips = Math.min(MOST_SLIPS, Math.floor(name.length / LETTERS_PER_SLIP));
  return Math.abs(name.length - other.length) <= slips && editDistance(name, other) <= slips;
}

const withoutNumbers = (name: string): string => name.replace(/\d+/g, "");
