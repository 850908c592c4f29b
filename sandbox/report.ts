import type { Report } from "./tools/cache";

const REPEAT_SECONDS = 30;

/**
 * A report for logs and pipes: every line as it comes, but of a line that only counts on (the same text before its colon) one in
 * thirty seconds.
 */
export function plainReport(write: (line: string) => void): Report {
  let last = { subject: "", at: 0 };
  return (line) => {
    const subject = line.split(":")[0]!;
    if (subject === last.subject && line.includes(":") && Date.now() - last.at < REPEAT_SECONDS * 1000) return;
    last = { subject, at: Date.now() };
    write(line);
  };
}
