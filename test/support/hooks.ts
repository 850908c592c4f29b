import { seedProperties } from "./seed";

seedProperties(process.env.HOLDFAST_SEED);

const teardowns: (() => Promise<void>)[] = [];

/** Runs `teardown` once, after the last test of the whole run. */
export function afterAllTests(teardown: () => Promise<void>): void {
  teardowns.push(teardown);
}

/** Called by mocha itself, once, also when tests failed. */
export async function mochaGlobalTeardown(): Promise<void> {
  for (const teardown of teardowns.reverse()) await teardown();
}
