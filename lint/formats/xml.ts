/** XML has no place for control characters, even written as numbers; and the library ends a text at `]]>`. */
export const forXml = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/gu, "\uFFFD").replaceAll("]]>", "]] >");
