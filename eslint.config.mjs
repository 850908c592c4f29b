import tseslint from "typescript-eslint";

const wholeSdk = "Import by sub-path (@pulumi/kubernetes/core/v1): a whole SDK slows every preview.";

/** The SDK of each cloud, and the one folder that may import it. */
const clouds = { aws: "aws", azure: "azure-native", gcp: "gcp" };
const foreignClouds = (own) =>
  Object.entries(clouds)
    .filter(([folder]) => folder !== own)
    .map(([folder, name]) => ({
      group: [`@pulumi/${name}/**`, `!@pulumi/${name}/package.json`],
      message: `Only components/${folder} imports it, so that a stack loads no other cloud's SDK.`,
    }));
const flow = { group: ["**/sandbox/*", "**/cli/*", "!@pulumi/**", "../policy/*"], message: "Data flows one way." };
const barrels = ["kubernetes", "aws", "azure-native", "gcp"].map((name) => ({ name: `@pulumi/${name}`, message: wholeSdk }));

export default tseslint.config(
  { ignores: ["node_modules", "**/dist", ".holdfast", "coverage", "bench/usual"] },
  ...tseslint.configs.recommended,
  {
    rules: {
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
      "no-restricted-imports": [
        "error",
        {
          paths: barrels,
          patterns: foreignClouds(),
        },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  // Who may know whom: path knows nobody, compile and the rules know path, nothing outside sandbox/ knows the sandbox.
  { files: ["path/*.ts"], rules: { "no-restricted-imports": ["error", { patterns: ["../*", "@pulumi/*"] }] } },
  { files: ["path/*/*.ts"], rules: { "no-restricted-imports": ["error", { patterns: ["../../*", "@pulumi/*"] }] } },
  {
    files: ["compile/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: ["@pulumi/*", "**/components/*", "**/policy/*", "**/cli/*", "**/sandbox/*"] },
      ],
    },
  },
  {
    files: ["explain/**", "render/**", "endpoints/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: ["@pulumi/*", "**/components/*", "**/policy/*", "**/cli/*", "**/sandbox/*"] },
      ],
    },
  },
  // What is observed of a service is handed over; nothing here asks how it was compiled.
  {
    files: ["observe/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: ["@pulumi/*", "**/compile/*", "**/components/*", "**/policy/*", "**/cli/*", "**/sandbox/*"] },
      ],
    },
  },
  {
    files: ["lint/**"],
    rules: {
      "no-restricted-imports": ["error", { patterns: ["@pulumi/*", "**/components/*", "**/cli/*", "**/sandbox/*"] }],
    },
  },
  // Of lint only how text is written for XML.
  {
    files: ["verify/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            "@pulumi/*",
            "**/components/*",
            "**/policy/*",
            "**/cli/*",
            "**/sandbox/*",
            "**/start/*",
            "**/lint/*",
            "!**/lint/formats",
            "!**/lint/formats/xml",
          ],
        },
      ],
    },
  },
  {
    files: ["policy/**"],
    rules: { "no-restricted-imports": ["error", { patterns: ["**/compile/*", "**/components/*", "**/cli/*", "**/sandbox/*"] }] },
  },
  {
    files: ["components/**", "index.ts", "config.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [flow, ...foreignClouds()],
          paths: barrels,
        },
      ],
    },
  },
  ...Object.keys(clouds).map((folder) => ({
    files: [`components/${folder}/**`],
    rules: { "no-restricted-imports": ["error", { patterns: [flow, ...foreignClouds(folder)], paths: barrels }] },
  })),
  { files: ["**/*.js"], languageOptions: { sourceType: "commonjs" }, rules: { "@typescript-eslint/no-require-imports": "off" } },
);
