/** What is known of images by their names alone. */

/** Images without a shell and without the small programs that scripts call, unless their tag says that it is the variant for debugging. */
export const SHELL_LESS_IMAGES = {
  name: /distroless/i,
  withShell: /debug|busybox/i,
  source:
    "github.com/GoogleContainerTools/distroless README: no shell, no package manager; the images tagged debug bring busybox",
} as const;

/** Whether an image is known to have neither a shell nor `sleep`. */
export function hasNoShell(image: string): boolean {
  return SHELL_LESS_IMAGES.name.test(image) && !SHELL_LESS_IMAGES.withShell.test(image);
}
