/** docs/accuracy.md: what analyze gets right in recorded situations whose answers are known. No times in it. */
import type { Incident } from '@resetscope/diagnosis';
import { markdownTable } from '../markdown-table.ts';
import type { Bin, Calibration } from './calibration.ts';
import { FIELDS, type Field, Score, SURE } from './score.ts';
import type { Truth } from './truth.ts';

export interface Measured {
  readonly truth: Truth;
  readonly incidents: readonly Incident[];
  /** The same with the access log at hand. */
  readonly withAccessLog: readonly Incident[];
}

type Measure = 'precision' | 'recall' | Field;

/** What each measure is called, what it has to reach, and what the manual method reaches. */
const MEASURES: readonly {
  readonly measure: Measure;
  readonly meaning: string;
  /** Null: none set. */
  readonly goal: number | null;
  /** By hand, see HEAD. */
  readonly byHand: number;
}[] = [
  { measure: 'precision', meaning: 'matched lines joined to their own connection', goal: 1, byHand: 1 },
  { measure: 'recall', meaning: 'lines that a connection explains, matched to it', goal: 0.98, byHand: 0.129 },
  { measure: 'leg', meaning: "which of nginx's two connections", goal: 0.98, byHand: 0.676 },
  { measure: 'resetBy', meaning: 'who reset', goal: 0.98, byHand: 0.127 },
  { measure: 'frame', meaning: 'the very packet', goal: null, byHand: 0.129 },
  { measure: 'phase', meaning: 'state of the connection at the reset', goal: 0.97, byHand: 0 },
  { measure: 'cause', meaning: 'the cause id', goal: 0.95, byHand: 0 },
  { measure: 'outcome', meaning: 'request, response, delivered, status, retrySafe', goal: 0.95, byHand: 0.12 },
];

const HEAD = `# Accuracy

\`resetscope analyze\` on recorded situations: real nginx, real sockets, real captures. The clients and upstreams wrote down what they did to each
other; that, not an analysis of packets, is the truth. Other answers count as right only where packets and log cannot decide.

*By hand* is the method of an engineer with tshark: the resets of the client's address in the second of the line, no handshake resets, the URL of the
line in the stream; one stream left is the answer.

Rewritten by \`node scripts/accuracy.mjs\`; a test holds this page to what it measures. The recordings are not part of the project.
`;

export function accuracyDoc(cases: readonly Measured[], calibration: Calibration): string {
  const [plain, withAccessLog] = [new Score(), new Score()];
  for (const { truth, incidents, withAccessLog: more } of cases) {
    plain.add(truth, incidents);
    withAccessLog.add(truth, more);
  }
  const lines = cases.reduce((sum, { truth }) => sum + truth.lines.length, 0);
  return [
    HEAD,
    `## All ${cases.length} situations, ${lines} lines\n`,
    markdownTable(
      ['', 'meaning', 'resetscope', 'with the access log', 'goal', 'by hand'],
      totalRows(plain, withAccessLog),
    ),
    '## Confidence\n',
    'Of the answers with such a confidence, how many are right. *Verdict*: connection, leg, resetter, phase and cause, all of them.\n',
    markdownTable(
      ['confidence', 'answers', 'mean confidence', 'right connection', 'right verdict'],
      calibration.bins.map(binRow),
    ),
    '## Each situation\n',
    markdownTable(
      ['situation', 'what happened', 'lines', ...MEASURES.map(({ measure }) => measure)],
      cases.map((measured) => caseRow(measured)),
    ),
  ].join('\n');
}

function totalRows(plain: Score, withAccessLog: Score): readonly (readonly string[])[] {
  const rates = MEASURES.map(({ measure, meaning, goal, byHand }) => [
    measure,
    meaning,
    percent(rateOf(plain, measure)),
    percent(rateOf(withAccessLog, measure)),
    goal === null ? '' : `${goal === 1 ? '' : 'at least '}${percent(goal)}`,
    percent(byHand),
  ]);
  const wrong = (name: string, meaning: string, count: (score: Score) => number): readonly string[] => {
    return [name, meaning, String(count(plain)), String(count(withAccessLog)), '0', '0'];
  };
  return [
    ...rates,
    wrong('false matches', `of the ${plain.mustNotMatch} lines that nothing explains, matched`, (s) => s.falseMatches),
    wrong('sure and wrong', `wrong connection at a confidence of ${SURE} or more`, (s) => s.wrongSure),
  ];
}

function binRow({ from, to, answers, confidence, rightConnection, rightVerdict }: Bin): readonly string[] {
  const share = (part: number): string => (answers === 0 ? '' : `${percent(part / answers)} (${part})`);
  const mean = answers === 0 ? '' : (confidence / answers).toFixed(2);
  return [`${from} to ${to}`, String(answers), mean, share(rightConnection), share(rightVerdict)];
}

function caseRow({ truth, incidents }: Measured): readonly string[] {
  const score = new Score().add(truth, incidents);
  const rates = MEASURES.map(({ measure }) => (isAsked(score, measure) ? percent(rateOf(score, measure)) : ''));
  return [truth.case, truth.title, String(truth.lines.length), ...rates];
}

function isAsked(score: Score, measure: Measure): boolean {
  if (measure === 'precision') return score.matched > 0;
  return measure === 'recall' ? score.required > 0 : score.asked(measure) > 0;
}

function rateOf(score: Score, measure: Measure): number {
  const isField = (FIELDS as readonly string[]).includes(measure);
  return isField ? score.rate(measure as Field) : score[measure as 'precision' | 'recall'];
}

/** Rounded down: 100 % is said only where nothing is wrong. */
function percent(rate: number): string {
  return `${(Math.floor(rate * 1000 + 1e-9) / 10).toFixed(rate === 1 || rate === 0 ? 0 : 1)} %`;
}
