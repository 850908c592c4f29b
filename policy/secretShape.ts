import { isTemplate } from "./template";

/**
 * Whether a value looks like a credential, by its name and by its shape. What is answered names the kind of thing and never the thing:
 * a message must not carry what it warns of.
 */
export function secretIn(name: string, value: string): string | undefined {
  return secretByShape(value) ?? (isSecretName(name) && isLiteral(value) ? "a credential, by its name" : undefined);
}

/** What a shape alone may be mistaken for, its group decides. */
type Shape = readonly [shape: RegExp, what: string, accepts?: (value: string) => boolean];

/** Lengths have an end: the time that a long file takes must grow with its length only. */
const SHAPES: readonly Shape[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "a private key"],
  [/\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:@/'"$<{]*:[^\s:@/'"$<{(][^\s@/'"]*@/i, "a URL with a password in it"],
  [/\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s"']{0,500}[?&;](password|pwd)=(?![$<{%*&;])[^\s&;"']/i, "a URL with a password in it"],
  [/\b(AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{20,}/, "a connection string with a key in it"],
  [
    /\bAuthorization["']?\s{0,20}[:,=]?\s{0,20}["']?(?:Basic|Bearer)\s{1,20}([A-Za-z0-9+/=._~-]{8,})/gi,
    "an Authorization header with a credential in it",
    // `Bearer credentials`, `Basic authentication`: words about one.
    (value) => /\d|[a-z][A-Z]/.test(value) && !isSecretName(value) && isLiteral(value),
  ],
  [/\b(AKIA|ASIA)[0-9A-Z]{16}\b/, "an AWS access key"],
  [/\bgh[pousr]_[A-Za-z0-9]{30,}\b|\bgithub_pat_\w{30,}\b/, "a GitHub token"],
  [/\bglpat-[\w-]{18,}\b/, "a GitLab token"],
  [/\bxox[abposr]-[\w-]{10,}\b/, "a Slack token"],
  [/\bsk-[A-Za-z0-9_-]{20,}\b/, "an API key of a model provider"],
  [/\bAIza[\w-]{30,}\b/, "a Google API key"],
  [/\beyJ[\w-]{10,1000}\.eyJ[\w-]{10,}\.[\w-]{5,}/, "a signed token"],
];

/** What the shape alone gives away, whatever it is called. */
export function secretByShape(text: string): string | undefined {
  const found = SHAPES.find(([shape, , accepts]) =>
    accepts === undefined ? shape.test(text) : [...text.matchAll(shape)].some(([, value = ""]) => accepts(value)),
  );
  if (found !== undefined) return found[1];
  return text.split("\n").some(isConnectionString) ? "a connection string with a password in it" : undefined;
}

const PASSWORD_OF_A_CONNECTION = /(?:^|["'=\s])(?:password|pwd)=([^\s"']+)/i;
const PLACE_OF_A_CONNECTION =
  /(?:^|["'=\s])(?:server|host|data source|address|user id|uid|user|username|database|databasename|initial catalog)=[^\s"'=]/i;

/** `Server=db;User Id=sa;Password=...`: the password alone may as well be an assignment in a program. */
function isConnectionString(line: string): boolean {
  if (!line.includes(";")) return false;
  const parts = line.split(";");
  const hasPassword = parts.some((part) => isLiteral(PASSWORD_OF_A_CONNECTION.exec(part)?.[1] ?? ""));
  return hasPassword && parts.some((part) => PLACE_OF_A_CONNECTION.test(part));
}

const SECRET_WORDS =
  /(^|[_.-])(password|passwd|passphrase|pwd|pass|secret|token|credentials?|(api|private|secret|access|auth|encryption|signing|master|admin|jwt|session|cookie|license|enc|account)[_.-]?key|secret[_.-]key[_.-]base|(erlang|node|distributed|release)[_.-]+cookie|livekit[_.-]keys)([_.-]?\d+)?$/;
const WORDS_RUN_TOGETHER =
  /(password|passwd|passphrase|secret|apikey|privatekey|secretkey|accesskey|authtoken|accesstoken|clientsecret|requirepass|masterauth)$/;

/** `DB_PASSWORD`, `clientSecret`, `api-key`; not `PASSWORD_FILE`, `TOKEN_TTL`, `SECRET_NAME`, `AWS_ACCESS_KEY_ID`. */
export function isSecretName(name: string): boolean {
  const plain = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  return SECRET_WORDS.test(plain) || WORDS_RUN_TOGETHER.test(plain);
}

/** Not empty, not a switch or a number, not a path, and not a reference that somebody else fills in. */
export function isLiteral(value: string): boolean {
  const text = value.trim();
  if (text === "" || /^(true|false|yes|no|on|off|none|null|\d{1,3})$/i.test(text)) return false;
  // What servers that ask for no key are given, and what a script fills in before anything is applied.
  if (/^(dummy|empty|unused|not[-_ ]?(needed|used|required)|no[-_]?(key|token)|n\/a)$|^__\w+__$|_PLACEHOLDER$/i.test(text)) {
    return false;
  }
  // Words that are shouted stand for what somebody fills in.
  if (/^(TOKEN|PASSWORD|SECRET|API_?KEY|(YOUR|INSERT|REPLACE|FILL)_[A-Z_]+)$/.test(text)) return false;
  if (/^\/[\w./-]*$|^(file|env|vault|secret|awssm|gcpsm|ref\+\w+):/i.test(text)) return false;
  return !isFile(text) && !isCode(text) && !isTemplate(text);
}

/** A key of letters and digits may have slashes in it; words between them are folders. */
const isFile = (text: string): boolean =>
  /^[\w./-]+\.(key|pem|crt|cer|cert|p12|pfx|jks)$|^\.{1,2}\/[\w./-]+$|^[a-z_-]+(\/[a-z_.-]+)+$/.test(text);

/** `req.body.password`, `config.get("password")`: where a program has it from. */
function isCode(text: string): boolean {
  if (/^[a-z_]\w*(\.[a-z_]\w*)*[([](["'\w)$]|$)/i.test(text)) return true;
  const words = /^([a-z_]\w*\.)*([a-z_]\w*)(;?)$/i.exec(text);
  const [, owner, last, end] = words ?? [];
  return last !== undefined && (owner !== undefined || end === ";") && isSecretName(last);
}

const ASSIGNMENT = /^\s*(?:-\s*|export\s+)?["']?([A-Za-z][\w.-]*)["']?\s*[:=]\s*["']?([^"'\s#,]+)["']?,?\s*$/;

/** Lines that carry a password without a name before it, in the words of servers: HAProxy, Redis, coturn. */
const LINES: readonly [shape: RegExp, word: string, ofAFileWith?: RegExp][] = [
  [/^\s*stats\s+auth\s+[^\s:]+:(\S+)/, "stats auth"],
  [/^\s*user\s+\S+\s+insecure-password\s+(\S+)/, "insecure-password"],
  [/^\s*(?:requirepass|masterauth)\s+["']?([^"'\s]+)/, "requirepass"],
  // Elsewhere it is whom a program runs as, and in which group.
  [/^\s*user=[^\s:=]+:(\S+)\s*$/, "user", /^\s*(lt-cred-mech\b|realm=)/m],
];

/** `--requirepass word` inside a script: the option, where what follows it is written there. */
export function optionIn(script: string): string | undefined {
  for (const [, option = "", value = ""] of script.matchAll(OPTION_IN_A_SCRIPT)) {
    if (isSecretName(option) && isLiteral(value)) return option;
  }
  return undefined;
}

const OPTION_IN_A_SCRIPT =
  /(?<=^|\s)--([a-z][\w-]*(?:pass|password|passwd|token|key))(?:=|\s+)["']?([^\s"'\\|&;-][^\s"'\\|&;]*)/gi;

/** A file in a ConfigMap: the first line that gives a credential away, counted from 1. */
export function secretInFile(text: string): { what: string; line?: number; name?: string } | undefined {
  const shape = secretByShape(text);
  const lines = text.split("\n");
  const ofServers = LINES.filter(([, , ofAFileWith]) => ofAFileWith?.test(text) ?? true);
  if (shape !== undefined) {
    const index = lines.findIndex((line) => secretByShape(line) !== undefined);
    return { what: shape, ...(index >= 0 && { line: index + 1 }) };
  }
  for (const [index, line] of lines.entries()) {
    const server = ofServers.find(([shape]) => isLiteral(shape.exec(line)?.[1] ?? ""));
    if (server !== undefined) return { what: "a password", line: index + 1, name: server[1] };
    const [, name, value] = ASSIGNMENT.exec(line) ?? [];
    if (name !== undefined && value !== undefined && isSecretName(name) && isLiteral(value)) {
      return { what: "a credential, by its name", line: index + 1, name };
    }
    const option = optionIn(line);
    if (option !== undefined) return { what: "a credential, by its name", line: index + 1, name: `--${option}` };
  }
  return undefined;
}
