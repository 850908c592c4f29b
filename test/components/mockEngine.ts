import * as pulumi from "@pulumi/pulumi";

export interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

export interface RegisteredOptions {
  parent?: string;
  ignoreChanges?: string[];
  /** What it waits for, as it was given. */
  dependsOn: pulumi.CustomResourceOptions["dependsOn"];
  hasProvider: boolean;
  /** Name of the provider it was given itself. */
  provider?: string;
  protect?: boolean;
  retainOnDelete?: boolean;
  deleteBeforeReplace?: boolean;
  customTimeouts?: pulumi.CustomTimeouts;
}

export interface MockRun {
  resources: Registered[];
  /** What the program asked without registering anything. */
  calls: { token: string; inputs: Record<string, unknown>; provider: string }[];
  /** Options by resource name, as a stack transformation saw them. */
  options: Map<string, RegisteredOptions>;
}

/** What a cloud answers to a question; undefined for one that no test expects. */
export type Answer = (token: string, inputs: Record<string, unknown>) => Record<string, unknown> | undefined;

export type State = (resource: pulumi.runtime.MockResourceArgs) => Record<string, unknown>;

/**
 * Runs a program against Pulumi's mocks and tells what it registered. It proves what the program asks of the engine, not what a
 * cluster makes of it.
 */
export async function runMocked(
  program: () => void | Promise<void>,
  state: State = () => ({}),
  answer?: Answer,
  { preview = false } = {},
): Promise<MockRun> {
  const run: MockRun = { resources: [], options: new Map(), calls: [] };
  const mocks: pulumi.runtime.Mocks = {
    newResource(resource) {
      // The root of every program, which no program asks for.
      if (resource.type === "pulumi:pulumi:Stack") return { id: resource.name, state: {} };
      run.resources.push({ type: resource.type, name: resource.name, inputs: resource.inputs as Record<string, unknown> });
      return { id: `${resource.name}-id`, state: { ...(resource.inputs as object), ...state(resource) } };
    },
    call({ token, inputs, provider }) {
      run.calls.push({ token, inputs: inputs as Record<string, unknown>, provider: provider ?? "" });
      const found = answer?.(token, inputs as Record<string, unknown>);
      if (found !== undefined) return found;
      throw new Error(`the program called ${token}, which no test expects`);
    },
  };
  await pulumi.runtime.setMocks(mocks, undefined, undefined, preview, "organization");
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation(({ name, opts }) => {
      const { parent, ignoreChanges, dependsOn, provider, protect, retainOnDelete, deleteBeforeReplace, customTimeouts } =
        opts as pulumi.CustomResourceOptions;
      run.options.set(name, {
        parent: (parent as unknown as { __name?: string } | undefined)?.__name,
        ignoreChanges,
        dependsOn,
        hasProvider: provider !== undefined,
        provider: (provider as unknown as { __name?: string } | undefined)?.__name,
        protect,
        retainOnDelete,
        deleteBeforeReplace,
        customTimeouts,
      });
      return undefined;
    });
    await program();
  });
  await pulumi.runtime.disconnect();
  return run;
}
