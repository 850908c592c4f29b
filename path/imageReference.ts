/** The parts of a container image's name. */
export interface ImageReference {
  repository: string;
  tag?: string;
  digest?: string;
}

/** `registry.example.com:5000/team/app:1.4@sha256:...`; a colon before the last slash belongs to the registry's port. */
export function imageReference(image: string): ImageReference {
  const [name = "", digest] = image.trim().split("@");
  const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
  return {
    repository: colon < 0 ? name : name.slice(0, colon),
    ...(colon >= 0 && { tag: name.slice(colon + 1) }),
    ...(digest !== undefined && { digest }),
  };
}

/** `app` of `registry.example.com:5000/team/app:1.4`: what software it is, whoever copied it where. */
export function imageName(image: string): string {
  return imageReference(image).repository.split("/").at(-1) ?? "";
}

/** What a build was made on, not what was built: it may stand still while the image moves. */
const BASE =
  /^(alpine|debian|ubuntu|centos|ubi|rocky|fedora|busybox|distroless|py|python|jdk|jre|java|node|cuda|go|php|amd|arm|x)v?[\d.]*$/i;
const VERSION = /^[a-z]*\.?\d/i;
const COMMIT = /^(?=.*\d)[0-9a-f]{7,64}$/i;

/**
 * Whether a tag is moved on to new builds: `latest` in any form, or a name without a version, a date or a commit in it
 * (`stable`, `main`, `edge`, `17-alpine` is a version, `alpine3.20` alone is none).
 */
export function isMovingTag(tag: string): boolean {
  const parts = tag.split(/[-_+]/).filter((part) => part !== "");
  if (parts.some((part) => /^latest$/i.test(part))) return true;
  // Maven's word for a version that is still being worked on: every build of it has the same name, unless a commit stands beside it.
  if (parts.some((part) => /^SNAPSHOT$/i.test(part))) return !parts.some((part) => COMMIT.test(part));
  return !parts.some((part) => COMMIT.test(part) || (VERSION.test(part) && !BASE.test(part)));
}
