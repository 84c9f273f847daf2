/**
 * Text that attackers put into requests and logs: each tries to run `MARK`, to make an element of its own (`data-planted`), to
 * ask another host, or to break out of a format.
 */

/** What every script among them does. */
const MARK = 'window.planted=1';
/** A host that no page of ours may ask. */
export const FOREIGN_HOST = 'planted.example';

export const PAYLOADS: Readonly<Record<string, string>> = {
  script: `</title></textarea></style></script><script>${MARK}</script>`,
  'attribute, double quotes': `" onmouseover="${MARK}" onfocus="${MARK}" autofocus data-planted="`,
  'attribute, single quotes': `' onmouseover='${MARK}' style='x:expression(1)' data-planted='`,
  'attribute, no quotes': `x/onload=${MARK}/data-planted`,
  'event handlers': `<img/src=x/onerror=${MARK}><svg/onload=${MARK}><details/open/ontoggle=${MARK}><b data-planted>`,
  'foreign things': `<img src=//${FOREIGN_HOST}/i><link rel=stylesheet href=//${FOREIGN_HOST}/s><iframe src=//${FOREIGN_HOST}></iframe><base href=//${FOREIGN_HOST}/>`,
  'svg and maths': `]]></text></tspan></g></svg><svg><style>@import'//${FOREIGN_HOST}'</style><foreignObject><b data-planted>`,
  addresses: `javascript:${MARK}//http://${FOREIGN_HOST}/?data:text/html,<script>${MARK}</script>`,
  comments: `--><!--[if IE]><script>${MARK}</script><![endif]--><!DOCTYPE x [<!ENTITY y "z">]><?xml-stylesheet href="//${FOREIGN_HOST}"?>`,
  'already escaped': `&lt;script&gt;${MARK}&lt;/script&gt;&#60;b data-planted&#62;&amp;quot;`,
  templates: `\${${MARK}}{{${MARK}}}<%=${MARK}%>#{${MARK}}`,
  markdown: `[a](javascript:${MARK}) ![i](http://${FOREIGN_HOST}/i) <http://${FOREIGN_HOST}> \`c\` \`\`\`\` | a | b |\n---\n# h\n> q\n* l\n[r]: http://${FOREIGN_HOST}\n~~~`,
  terminal: '\u001b[2J\u001b]0;title\u0007\u001b[31m\u009b31m\u0000\u007f\b\r',
  'hidden and turned': 'a\u202egnp.exe\u2066\u200b\ufeff\u2028\u2029\u{e0041}\ud800',
  'headers and events': '\r\nset-cookie: planted=1\r\n\r\n<script>1</script>\n\nevent: incident\ndata: "planted"\n\n',
  'spreadsheet =': `=HYPERLINK("http://${FOREIGN_HOST}","a")`,
  'spreadsheet +': `+1+cmd|' /C calc'!A0`,
  'spreadsheet -': '-2+3',
  'spreadsheet @': '@SUM(1+1)',
  path: '../../../etc/passwd%00.pcapng;filename="planted.exe"',
};
