import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/kubernetes/provider";
import { CHECKSUM_ANNOTATION } from "../../compile/checksum";
import { ConnectionService } from "../../components/connectionService";
import {
  certainAddressIn,
  createInOrder,
  EndpointConsumers,
  endpointOutputs,
  type EndpointOutput,
} from "../../components/endpoints";
import { parsed, type Block } from "../compile/stacks";
import { cloudStack, platformStack } from "../endpoints/stack";
import { runMocked, type MockRun } from "./mockEngine";

interface Run extends MockRun {
  /** What was thrown at whoever asked for an address that is not there. */
  refusal: unknown;
  endpoints: Record<string, pulumi.Unwrap<EndpointOutput>>;
}

/** What `index.ts` does with a stack, in a cloud that gives every load balancer the host. */
async function run({ stack, examined }: ReturnType<typeof parsed>, host?: string): Promise<Run> {
  let outputs!: Record<string, EndpointOutput>;
  let refusal: unknown;
  const ingress = host === undefined ? [] : [{ hostname: host }];
  const mocked = await runMocked(
    async () => {
      const provider = new Provider("cluster", {});
      const components = createInOrder(
        stack,
        examined,
        (service, address) =>
          new ConnectionService(service.service.name, { service, surroundings: stack, address }, { provider }),
      );
      new EndpointConsumers("consumers", { stack, components }, { provider });
      outputs = endpointOutputs(stack, components);
      if (!components.has("minio") || stack.platform !== "aws") return;
      // Mocks swallow what an apply throws.
      const certain = certainAddressIn(components)("minio", "aws-nlb") as pulumi.Output<string> & { promise(): Promise<string> };
      refusal = await certain.promise().catch((error: unknown) => error);
    },
    ({ name }) => (name.endsWith("-aws-nlb-service") ? { status: { loadBalancer: { ingress } } } : {}),
  );
  const endpoints = await new Promise<Run["endpoints"]>((resolve) => pulumi.output(outputs).apply(resolve));
  return { ...mocked, endpoints, refusal };
}

const dataOf = (mocked: Run, name: string) => mocked.resources.find((resource) => resource.name === name)?.inputs.data;

function checksumOf(mocked: Run, name: string): unknown {
  const { spec } = mocked.resources.find((resource) => resource.name === name)!.inputs as {
    spec: { template: { metadata: { annotations: Block } } };
  };
  return spec.template.metadata.annotations[`${CHECKSUM_ANNOTATION}.endpoints`];
}

describe("endpoints in the engine", () => {
  it("reach their consumers when a load balancer has its address, whatever the order in the file", async () => {
    const mocked = await run(parsed(cloudStack()), "lb.example.com");
    assert.deepEqual(dataOf(mocked, "trainer-endpoints"), { S3: "http://lb.example.com:9000", S3_PORT: "9000" });
    const names = mocked.resources.map(({ name }) => name);
    assert.ok(names.indexOf("minio") < names.indexOf("trainer"));
  });

  it("roll the consumer's pods when the address is another, and only then", async () => {
    const stack = parsed(cloudStack());
    const [first, same, other] = [
      await run(stack, "lb.example.com"),
      await run(stack, "lb.example.com"),
      await run(stack, "new.example.com"),
    ];
    assert.match(String(checksumOf(first, "trainer-deployment")), /^[0-9a-f]{64}$/);
    assert.equal(checksumOf(same, "trainer-deployment"), checksumOf(first, "trainer-deployment"));
    assert.notEqual(checksumOf(other, "trainer-deployment"), checksumOf(first, "trainer-deployment"));
  });

  it("are never told as long as there is no address", async () => {
    const mocked = await run(parsed(cloudStack()));
    assert.equal(dataOf(mocked, "trainer-endpoints"), undefined);
    assert.ok(!mocked.resources.some(({ name }) => name === "trainer-deployment"));
    assert.ok(pulumi.RunError.isInstance(mocked.refusal), "what a user can mend comes without a stack trace");
    assert.match((mocked.refusal as Error).message, /^Entry aws-nlb of minio has no address yet, and others are to be told it\./);
  });

  it("are stack outputs in every form, an address that is still to come included", async () => {
    const { endpoints } = await run(parsed(cloudStack()), "lb.example.com");
    assert.deepEqual(endpoints.minio, {
      url: "http://lb.example.com:9000",
      host: "lb.example.com",
      port: 9000,
      hostPort: "lb.example.com:9000",
      clusterUrl: "http://minio.minio.svc",
    });
    const nobodyAsks = parsed(cloudStack({ first: { consumes: {} } }));
    assert.equal((await run(nobodyAsks)).endpoints.minio!.host, "pending");
  });

  it("stand in a ConfigMap for each consumer that the stack does not run", async () => {
    const mocked = await run(parsed(platformStack()));
    const { inputs } = mocked.resources.find(({ name }) => name === "consumers-seldon.seldon-system")!;
    assert.deepEqual(inputs.data, { MLFLOW_TRACKING_URI: "http://192.168.1.207:5000" });
    assert.deepEqual((inputs.metadata as Block).namespace, "seldon-system");
    assert.equal(mocked.options.get("consumers-seldon.seldon-system")?.parent, "consumers");
  });
});
