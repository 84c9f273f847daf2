/** The offline analysis over recorded situations with known answers: real nginx, real sockets, real captures. */
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Incident } from '@resetscope/diagnosis';
import { corpusDir, repositoryRoot } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { expectGolden } from '../golden.ts';
import { accuracyDoc, type Measured } from './accuracy-doc.ts';
import { analyseCase } from './analysed-case.ts';
import { Calibration } from './calibration.ts';
import { FIELDS, Score } from './score.ts';
import { caseNames, readTruth } from './truth.ts';

const CORPUS = corpusDir();
const LAB = CORPUS === null ? null : join(CORPUS, 'lab');
const CASES = LAB === null ? [] : caseNames(LAB);

describeIf(LAB !== null, 'the corpus is not beside the checkout (RESETSCOPE_CORPUS)')('accuracy', () => {
  const known = new Map<string, Promise<readonly Incident[]>>();
  const incidentsOf = (name: string, withAccessLog = false): Promise<readonly Incident[]> => {
    const key = `${name} ${withAccessLog}`;
    const found = known.get(key) ?? analyseCase(join(LAB ?? '', name), withAccessLog);
    known.set(key, found);
    return found;
  };

  test.each(CASES)(
    '%s: no line is joined to a connection that is not its own',
    async (name) => {
      const truth = readTruth(join(LAB ?? '', name));
      expect(new Score().add(truth, await incidentsOf(name)).wrong).toEqual([]);
    },
    60_000,
  );

  // The totals of the first version that reached them; a change that lowers one has to say why.
  test('over all cases', async () => {
    const total = new Score();
    for (const name of CASES) total.add(readTruth(join(LAB ?? '', name)), await incidentsOf(name));
    expect(CASES.length).toBeGreaterThanOrEqual(53);
    expect(total).toMatchObject({ precision: 1, falseMatches: 0, wrongSure: 0, wrong: [] });
    expect(total.mustNotMatch).toBeGreaterThanOrEqual(9);
    const rates = Object.fromEntries(FIELDS.map((field) => [field, total.rate(field)]));
    const lowest = { leg: 1, resetBy: 0.995, phase: 0.995, cause: 0.995, frame: 0.995, outcome: 0.99 };
    expect({ recall: total.recall, ...rates }).toEqual({
      recall: atLeast(0.995),
      ...Object.fromEntries(Object.entries(lowest).map(([field, rate]) => [field, atLeast(rate)])),
    });
  }, 120_000);

  test('two lines of one second and one address: each has its own connection, and both answers arrived', async () => {
    const incidents = await incidentsOf('article-post-close');
    expect(incidents.map(({ stream }) => stream?.index)).toEqual([132, 136]);
    for (const incident of incidents) {
      expect(incident).toMatchObject({ cause: 'client-rst-after-complete', normalClose: true, harm: 'harmless' });
      expect(incident.outcome).toEqual({
        request: 'complete',
        response: 'complete',
        delivered: 'yes',
        status: 200,
        retrySafe: 'no',
      });
    }
  });

  test('with the access log at hand, the connection is certain and the rule alone sets the confidence', async () => {
    const name = 'same-second-same-url';
    const incidents = await incidentsOf(name, true);
    const score = new Score().add(readTruth(join(LAB ?? '', name)), incidents);
    expect(score).toMatchObject({ precision: 1, recall: 1 });
    const client = incidents.filter(({ leg }) => leg === 'client');
    expect(client.length).toBeGreaterThan(30);
    for (const { confidence } of client) expect(confidence).toBeGreaterThanOrEqual(0.9);
  });

  test('docs/accuracy.md is what is measured', async () => {
    const calibration = new Calibration();
    const cases: Measured[] = [];
    for (const name of CASES) {
      const truth = readTruth(join(LAB ?? '', name));
      const [incidents, withAccessLog] = [await incidentsOf(name), await incidentsOf(name, true)];
      calibration.add(truth, incidents);
      cases.push({ truth, incidents, withAccessLog });
    }
    const path = join(repositoryRoot(), 'docs', 'accuracy.md');
    expectGolden(path, accuracyDoc(cases, calibration), 'scripts/accuracy.mjs');
  }, 120_000);
});

/** Equals any number from `lowest` on. */
function atLeast(lowest: number): { asymmetricMatch(value: unknown): boolean; toString(): string } {
  return {
    asymmetricMatch: (value) => typeof value === 'number' && value >= lowest,
    toString: () => `at least ${lowest}`,
  };
}
