/** Cases of one kind put together: what stands at the head of a long report, the worst first. */
import type { Harm } from '@resetscope/diagnosis';
import type { ReportCase } from './report-case.ts';
import { RESETTER_WORDS } from './verdict-words.ts';

/** Cases with the same title, leg, resetter, phase and cause: all from closed lists, so groups are few. */
export interface AlikeCases {
  readonly title: string;
  /** The worst among them. */
  readonly harm: Harm;
  /** How many of each harm, the worst first; none that is zero. */
  readonly harms: readonly HarmCount[];
  /** What they share, beside the title: `client leg`, `reset by client`, `phase waiting`, `cause …`. */
  readonly facts: readonly string[];
  /** In the order given. */
  readonly cases: readonly [ReportCase, ...ReportCase[]];
}

export type HarmCount = readonly [harm: Harm, count: number];

/** The worst first. */
const HARMS: readonly Harm[] = ['failed', 'may-have-executed', 'unknown', 'harmless'];

export function countHarms(cases: readonly ReportCase[]): readonly HarmCount[] {
  return HARMS.map((harm): HarmCount => [harm, cases.filter(({ verdict }) => verdict.harm === harm).length]).filter(
    ([, count]) => count > 0,
  );
}

/** Groups by harm, then by size. */
export function groupAlike(cases: readonly ReportCase[]): readonly AlikeCases[] {
  const groups = new Map<string, [ReportCase, ...ReportCase[]]>();
  for (const one of cases) {
    const { leg, reset, phase, cause } = one.verdict;
    const key = JSON.stringify([one.title, one.incident?.status, leg, reset?.by, phase, cause]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  const rank = (harm: Harm): number => HARMS.indexOf(harm);
  return [...groups.values()]
    .map(describe)
    .sort((a, b) => rank(a.harm) - rank(b.harm) || b.cases.length - a.cases.length);
}

function describe(cases: readonly [ReportCase, ...ReportCase[]]): AlikeCases {
  const [{ title, verdict }] = cases;
  const { leg, reset, phase, cause } = verdict;
  const harms = countHarms(cases);
  const facts = [
    ...(leg === null ? [] : [`${leg} leg`]),
    ...(reset === null ? [] : [`reset by ${RESETTER_WORDS[reset.by]}`]),
    ...(phase === null ? [] : [`phase ${phase}`]),
    ...(cause === null ? [] : [`cause ${cause}`]),
  ];
  return { title, harm: harms[0]?.[0] ?? 'unknown', harms, facts, cases };
}

/** `/a ×3, /b and 12 more`: the commonest values, most frequent first; empty values are left out. */
export function commonWords(values: readonly string[], most: number): string {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
  const ranked = [...counts].sort(([, a], [, b]) => b - a);
  const shown = ranked.slice(0, most).map(([value, count]) => (count === 1 ? value : `${value} ×${count}`));
  return withMore(shown, ranked.length);
}

/** `1, 2, 3 and 9 more`. */
export function withMore(shown: readonly string[], total: number): string {
  const more = total - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more.toLocaleString('en-US')} more` : ''}`;
}
