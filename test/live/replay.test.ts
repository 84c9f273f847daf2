/**
 * Every recorded case, lived through again by the code of the live apps (tailer, ring, queue, correlator), gets the answers of
 * `analyze`. Differences are counted, each by the rule that allows it. RESETSCOPE_LIVE_ALL=1 adds the long case, `busy`.
 */
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import type { Incident } from '@resetscope/diagnosis';
import { corpusDir, hasProgram } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { analyseCase } from '../accuracy/analysed-case.ts';
import { Score } from '../accuracy/score.ts';
import { caseNames } from '../accuracy/truth.ts';
import {
  type AnswerPair,
  differenceText,
  differingFields,
  EQUAL_LINES_CASE,
  type RuleName,
  ruleFor,
} from './difference.ts';
import { type RecordedCase, readRecordedCase } from './recorded-case.ts';
import { type Replayed, replay } from './replay.ts';

const CORPUS = corpusDir();
const LAB = join(CORPUS ?? '', 'lab');
/** From the packet to the line nginx takes 0.1 to 0.5 ms (measured). Another delay shows what a slower tailer does: expect differences. */
const READING = {
  delayUs: Number(process.env['RESETSCOPE_LIVE_DELAY_MS'] ?? 0.3) * 1000,
  everyUs: Number(process.env['RESETSCOPE_LIVE_EVERY_MS'] ?? 0.001) * 1000,
};
/** 240,000 packets of a minute: some 20 s. */
const LONG_CASE = 'busy';
const withLongCase = process.env['RESETSCOPE_LIVE_ALL'] === '1';
const TIMEOUT_MS = 120_000;

const canRun = CORPUS !== null && hasProgram('redis-server');

describeIf(canRun, 'needs redis-server, and the corpus beside the checkout (RESETSCOPE_CORPUS)')('replayed', () => {
  let cases: readonly RecordedCase[] = [];
  const analyzed = new Map<string, readonly Incident[]>();

  beforeAll(async () => {
    const names = caseNames(LAB).filter((name) => withLongCase || name !== LONG_CASE);
    cases = names.map((name) => readRecordedCase(join(LAB, name), READING));
    for (const name of names) analyzed.set(name, await analyseCase(join(LAB, name), false));
  }, TIMEOUT_MS);

  /** Both answers to each line that either has answered. */
  function pairsOf({ answers }: Replayed): readonly AnswerPair[] {
    return cases.flatMap(({ name, truth }) => {
      const [a, b] = [byLine(analyzed.get(name)), byLine(answers.get(name))];
      const lineNumbers = [...new Set([...a.keys(), ...b.keys()])];
      return lineNumbers.map((lineNumber) => {
        return { truth, lineNumber, analyzed: a.get(lineNumber), live: b.get(lineNumber) };
      });
    });
  }

  function scoreOf({ answers }: Replayed): Score {
    const score = new Score();
    for (const { name, truth } of cases) score.add(truth, answers.get(name) ?? []);
    return score;
  }

  test(
    'line by line, as they are written: the answers of analyze',
    async () => {
      const replayed = await replay(cases, 'live');
      const { ruled, unruled } = sorted(pairsOf(replayed), ['clocks-disagree', 'http2-frames']);
      expect(unruled).toEqual([]);
      expect(ruled).toEqual({ 'clocks-disagree': 5, 'http2-frames': 4 });
      expect(replayed.deadReasons).toEqual([]);
      expect(scoreOf(replayed)).toMatchObject({ precision: 1, falseMatches: 0, wrong: [] });
    },
    TIMEOUT_MS,
  );

  test(
    'all at once, when the tailer was away: the same but for equal lines',
    async () => {
      const replayed = await replay(cases, 'catch-up');
      const rules = ['clocks-disagree', 'http2-frames', 'many-resets', 'equal-lines'] as const;
      const { ruled, unruled } = sorted(pairsOf(replayed), rules);
      const { 'equal-lines': _any, ...others } = ruled;
      expect(unruled).toEqual([]);
      expect(others).toEqual({ 'clocks-disagree': 5, 'http2-frames': 4, 'many-resets': 1 });
      expect(replayed.deadReasons).toEqual([]);
      const { falseMatches, wrong } = scoreOf(replayed);
      expect(falseMatches).toBe(0);
      expect(wrong.filter((text) => !text.startsWith(EQUAL_LINES_CASE))).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

function byLine(incidents: readonly Incident[] = []): ReadonlyMap<number, Incident> {
  return new Map(incidents.map((incident) => [incident.line.lineNumber, incident]));
}

interface Sorted {
  /** How many differences each rule allows. */
  readonly ruled: Readonly<Partial<Record<RuleName, number>>>;
  /** Those that none allows. */
  readonly unruled: readonly string[];
}

function sorted(pairs: readonly AnswerPair[], rules: readonly RuleName[]): Sorted {
  const ruled: Partial<Record<RuleName, number>> = {};
  const unruled: string[] = [];
  for (const pair of pairs) {
    if (differingFields(pair).length === 0) continue;
    const rule = ruleFor(pair, rules);
    if (rule === null) unruled.push(differenceText(pair));
    else ruled[rule] = (ruled[rule] ?? 0) + 1;
  }
  return { ruled, unruled };
}
