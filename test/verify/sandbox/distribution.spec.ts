import assert from "node:assert/strict";
import type { Look } from "./lookInside";
import { lookingAt } from "./spread";

const at = (service: string, entry: string, own: Partial<Look> = {}): Look => ({
  checks: ["distribution"],
  service,
  entry,
  ...own,
});

/** Real balancers in front of the sample's pods, every way in by the entry that our own code writes. */
describe("verify distribution, on the real data plane", function () {
  this.timeout(60_000);
  const is = lookingAt({
    loose: at("loose-spread", "metallb", { sources: 1 }),
    "loose, many": at("loose-spread", "metallb"),
    "loose by Traefik": at("loose-spread", "traefik", { sources: 1 }),
    local: at("loose-spread", "node-port", { sources: 1 }),
    kept: at("kept-spread", "metallb"),
    "kept, one": at("kept-spread", "metallb", { sources: 1 }),
    "kept by Traefik": at("kept-spread", "traefik", { sources: 1 }),
    "kept by Envoy": at("proxied-spread", "gateway", { sources: 1 }),
    tunnel: at("loose-spread", "metallb", { tunnel: "entry" }),
    "tunnel as URL": at("loose-spread", "metallb", { tunnel: "url" }),
  });

  it("holds through MetalLB and kube-proxy without affinity, from one source and from many", () => {
    const { measured } = is("loose", "holds", /^90 connections spread evenly over 3 pods: nothing keeps a client on a pod/);
    assert.equal((measured.shares as unknown[]).length, 3);
    is("loose, many", "holds", /^90 connections spread evenly/);
  });

  it("holds through Traefik without affinity", () => {
    is("loose by Traefik", "holds", /^90 connections spread evenly/);
  });

  it("knows that externalTrafficPolicy: Local leaves connections to the pods of the node", () => {
    const { measured } = is("local", "holds", /those of node-1 share theirs evenly/);
    assert.ok((measured.shares as { connections: number }[]).some(({ connections }) => connections === 0));
  });

  it("sees sources that stick at several pods, each at its own, and says why one source cannot tell", () => {
    is("kept", "holds", /^8 sources spread over [23] of 3 pods/);
    is("kept, one", "unknown", /One source cannot tell whether the pods share the load/);
  });

  it("spreads clients that have no cookie yet, through Traefik and through Envoy", () => {
    is("kept by Traefik", "holds", /clients that have no cookie yet go to any pod/);
    is("kept by Envoy", "holds", /clients that have no cookie yet go to any pod/);
  });

  it("tells a tunnel to one pod from a balancer, where the stack says how many pods there are, and where nobody does", () => {
    is("tunnel", "fails", /All 90 reached one pod: this is an address of this machine itself, most likely kubectl port-forward/);
    is("tunnel as URL", "unknown", /^All 90 reached one pod\. This is an address of this machine itself, most likely kubectl/);
  });
});
