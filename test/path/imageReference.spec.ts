import assert from "node:assert/strict";
import { imageReference, isMovingTag } from "../../path/imageReference";

describe("the name of an image", () => {
  it("is taken apart where a registry has a port", () => {
    assert.deepEqual(imageReference("registry.example.com:5000/team/chat"), {
      repository: "registry.example.com:5000/team/chat",
    });
    assert.deepEqual(imageReference("registry.example.com:5000/chat:1.2@sha256:ab"), {
      repository: "registry.example.com:5000/chat",
      tag: "1.2",
      digest: "sha256:ab",
    });
  });

  it("moves with a tag that names no build", () => {
    for (const tag of [
      "latest",
      "latest-debian12",
      "stable",
      "main",
      "edge",
      "nightly",
      "master-head",
      "alpine3.20",
      "jdk17",
      "develop",
      "decade",
    ]) {
      assert.ok(isMovingTag(tag), tag);
    }
  });

  it("stays with a version, a date or a commit", () => {
    for (const tag of [
      "1",
      "v1.8",
      "7-alpine",
      "1.27.0-alpine3.20",
      "stable-4548-1",
      "main-3f9c2ab",
      "20240501",
      "RELEASE.2024-05-01",
      "r42",
      "sha-0123abcd",
    ]) {
      assert.ok(!isMovingTag(tag), tag);
    }
  });
});
