/** docs/conformance.md: how far flows agrees with tshark and Zeek, and every difference with its reason. */

import { markdownTable } from '../markdown-table.ts';
import type { Comparison, Difference } from './comparison.ts';
import { REASONS, type Reason } from './reasons.ts';

const HEAD = `# Conformance

\`resetscope flows\` beside tshark 4.0.17 and Zeek, connection by connection, on public traces of other projects (Zeek, Wireshark, tcpdump,
Suricata, Arkime, nDPI, PcapPlusPlus) and on re-encodings of one of them: other byte orders, link types, VLAN tags, cut files. Zeek's
results are the baselines of its own tests.

- tshark: stream number, originator, first frame, packets each way, first reset (frame, sender, relative and raw sequence number, length).
- Zeek: \`conn_state\`, \`history\`, packets and payload bytes each way.

Rewritten by \`node scripts/conformance.mjs\`; a test holds this page to what it measures. The traces are not part of the project.
`;

/** Differences of one trace in one field for one reason that are told in full; more become one row. */
const TOLD_ALONE = 3;

export function conformanceDoc(comparisons: readonly Comparison[]): string {
  return [
    HEAD,
    markdownTable(
      ['beside', 'traces', 'of these agree', 'connections', 'of these agree'],
      [
        totals(
          'tshark',
          comparisons.filter(({ oracle }) => oracle === 'tshark'),
        ),
        totals(
          'Zeek',
          comparisons.filter(({ oracle, variant }) => oracle === 'Zeek' && variant === ''),
        ),
        totals(
          'Zeek with other options',
          comparisons.filter(({ variant }) => variant !== ''),
        ),
      ],
    ),
    '## Why they differ\n',
    `Decided by rules (test/conformance). Zeek's source is quoted at commit a13de64f.\n`,
    markdownTable(['reason', 'connections', 'explanation'], reasonRows(comparisons)),
    '## Every difference\n',
    markdownTable(
      ['trace', 'beside', 'connection', 'field', 'resetscope', 'theirs', 'reason'],
      comparisons.flatMap(differenceRows),
    ),
    '## Every trace\n',
    markdownTable(
      ['trace', 'beside', 'connections', 'agree'],
      comparisons.map((c) => [c.trace, oracleName(c), String(c.connections), String(c.agreed)]),
    ),
  ].join('\n');
}

function totals(name: string, of: readonly Comparison[]): readonly string[] {
  const sum = (what: 'connections' | 'agreed'): number => of.reduce((all, comparison) => all + comparison[what], 0);
  const whole = of.filter(({ differences }) => differences.length === 0).length;
  return [name, String(of.length), String(whole), String(sum('connections')), String(sum('agreed'))];
}

function reasonRows(comparisons: readonly Comparison[]): readonly (readonly string[])[] {
  const connections = new Map<Reason, Set<string>>();
  for (const { trace, oracle, differences } of comparisons) {
    for (const { where, reason } of differences) {
      const of = connections.get(reason) ?? new Set<string>();
      connections.set(reason, of.add(`${trace} ${oracle} ${where}`));
    }
  }
  const reasons = Object.keys(REASONS) as Reason[];
  return reasons
    .filter((reason) => connections.has(reason))
    .map((reason) => [reason, String(connections.get(reason)?.size), REASONS[reason]]);
}

function differenceRows(comparison: Comparison): readonly (readonly string[])[] {
  const alike = new Map<string, Difference[]>();
  for (const difference of comparison.differences) {
    const key = `${difference.field} ${difference.reason}`;
    alike.set(key, [...(alike.get(key) ?? []), difference]);
  }
  return [...alike.values()].flatMap((group) => {
    const rows = group.length <= TOLD_ALONE ? group : [together(group)];
    return rows.map((d) => [comparison.trace, oracleName(comparison), d.where, d.field, d.ours, d.theirs, d.reason]);
  });
}

/** Several differences as one: whose they are, and what the first of them says. */
function together(group: readonly Difference[]): Difference {
  const [first] = group as readonly [Difference, ...Difference[]];
  const names = [...new Set(group.map(({ where }) => where.replace('stream ', '')))];
  return {
    ...first,
    where: `${group.length}: ${names.join(', ')}`,
    ours: `${first.ours}, …`,
    theirs: `${first.theirs}, …`,
  };
}

function oracleName({ oracle, variant }: Comparison): string {
  return variant === '' ? oracle : `${oracle} (${variant})`;
}
