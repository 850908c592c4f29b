import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const endings: Record<string, () => void> = {
  well: () => console.log(`said by ${pulumi.getProject()}/${pulumi.getStack()}, dry run ${pulumi.runtime.isDryRun()}`),
  thrown: () => {
    throw new Error("thrown by the program");
  },
  refused: () => {
    throw new pulumi.RunError("refused by the program");
  },
  exit: () => process.exit(7),
  hang: () => {
    console.log("hanging");
    setInterval(() => undefined, 1000);
  },
};
endings[process.env.HOLDFAST_TEST_ENDING ?? "well"]!();

export const greeting = config.get("greeting");
export const password = config.getSecret("password");
export const isKnownAsSecret = pulumi.isSecret(config.getSecret("password") ?? pulumi.output(""));
