/** The rows of a ladder as a table: for screen readers, for phones, and for the numbers that a drawing has no room for. */
import { html, type SafeHtml } from '../html.ts';
import { type Drawable, laneRows, lifelineNames } from '../ladder-drawing.ts';
import { flagNames, type LaneRow } from '../ladder-lane.ts';

export function packetTable(drawable: Drawable): SafeHtml {
  const rows = laneRows(drawable);
  const roles = lifelineNames(drawable).map((name) => name.split(' ', 1)[0] ?? '');
  return html`<details class="fold"><summary>The same as a table, ${rows.length} rows</summary>
<div class="table" tabindex="0" role="region" aria-label="Packets as a table"><table>
<thead><tr><th scope="col">Frame</th><th scope="col">ms</th><th scope="col">Way</th><th scope="col">Flags</th><th scope="col">Carries</th><th scope="col">Len</th><th scope="col">Seq</th><th scope="col">Ack</th><th scope="col">Raw seq</th><th scope="col">Raw ack</th><th scope="col">Window</th><th scope="col">Meaning</th></tr></thead>
<tbody>
${rows.map((row) => tableRow(row, roles))}</tbody>
</table></div></details>`;
}

function tableRow(row: LaneRow, roles: readonly string[]): SafeHtml {
  const [left, right] = [roles[row.lane], roles[row.lane + 1]];
  const way = row.from === 'originator' ? `${left} → ${right}` : `${right} → ${left}`;
  const time = (row.atUs / 1000).toFixed(3);
  if (row.kind === 'folded') {
    return html`<tr><td></td><td>${time}</td><td>${way}</td><td></td><td colspan="8">${row.label}</td></tr>
`;
  }
  const numbers = [row.len, row.seq, row.ack, row.rawSeq, row.rawAck, row.window];
  return html`<tr${row.kind === 'reset' && html` class="reset"`}><td>${row.frame}</td><td>${time}</td><td>${way}</td><td>${flagNames(row.flags)}</td><td>${row.label}</td>${numbers.map((number) => html`<td>${number}</td>`)}<td>${row.note}</td></tr>
`;
}
