import { PolicyPack } from "@pulumi/policy";

new PolicyPack("pack", {
  policies: [
    {
      name: "no-trace",
      description: "Settings do not ask for traces.",
      enforcementLevel: "mandatory",
      validateResource: ({ props }, report) => {
        const data = (props as { data?: { LEVEL?: string } }).data;
        if (data?.LEVEL === "trace") report("found LEVEL trace, write LEVEL: info");
      },
    },
  ],
});
