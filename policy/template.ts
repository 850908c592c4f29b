const UNRENDERED = /\$[({]|\{\{|\}\}|\{\w[\w.-]*\}|<\w[^<>]*>|^<.*>$|^%.*%$|(?<![\w@$])\$[A-Za-z_]\w*(?=[/.:$-]|$)/;

/** Whether somebody else fills a text in before it is applied: `${DRAIN}`, `{{ .Values.drain }}`, `<drain>`, `%DRAIN%`, `$DRAIN/32`. */
export const isTemplate = (text: string): boolean => UNRENDERED.test(text);
