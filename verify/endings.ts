import type { Ending } from "./model";

/** `1001 peer`, `1006 reset`, `silent`: how an ending is counted. */
export const nameOfEnding = ({ by, code }: Pick<Ending, "by" | "code">): string => (code === undefined ? by : `${code} ${by}`);
