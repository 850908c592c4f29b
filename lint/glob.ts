import * as path from "node:path";

/** `*` and `?` stay in one folder, `**` goes through any; a pattern without a slash matches names anywhere. */
export function matcher(patterns: readonly string[], folder: string): (file: string) => boolean {
  const shapes = patterns.map((pattern) => {
    const anywhere = !pattern.replace(/\/$/, "").includes("/");
    const body = pattern.replace(/^\.?\//, "").replace(/\/$/, "");
    return new RegExp(`^${anywhere ? "(?:.*/)?" : ""}${shapeOf(body)}(?:/.*)?$`);
  });
  return (file) => {
    const relative = path.relative(folder, path.resolve(file)).split(path.sep).join("/");
    return shapes.some((shape) => shape.test(relative));
  };
}

function shapeOf(pattern: string): string {
  return pattern.replace(/\*\*\/|\*\*|\*|\?|[^*?]+/g, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : part.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  });
}
