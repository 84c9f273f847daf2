/** The offline analysis over recorded situations with known answers: real nginx, real sockets, real captures. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { analyse, type Incident } from '@resetscope/diagnosis';
import { corpusDir } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { readCaptures } from '../../apps/cli/src/analyze/read-capture.ts';
import { readAccessLogs, readErrorLogs } from '../../apps/cli/src/analyze/read-logs.ts';
import { FIELDS, Score } from './score.ts';
import { readTruth } from './truth.ts';

const CORPUS = corpusDir();
const LAB = CORPUS === null ? null : join(CORPUS, 'lab');
const CASES = LAB === null ? [] : readdirSync(LAB).filter((name) => existsSync(join(LAB, name, 'truth.json')));

/** One case in memory: incidents without ladders, as resetscope analyze concludes them. */
async function analyseCase(name: string, withAccessLog = false): Promise<readonly Incident[]> {
  const dir = join(LAB ?? '', name);
  const capture = readdirSync(dir).find((file) => /^capture\.(pcap|pcapng)(\.gz)?$/.test(file)) ?? '';
  const { lines } = await readErrorLogs([join(dir, 'error.log')], readTruth(dir).timezone);
  const { streams, surroundings, lostPackets } = await readCaptures([join(dir, capture)]);
  const accessLog = withAccessLog ? await readAccessLogs([join(dir, 'access.log')]) : null;
  const analysed = analyse({ lines, streams, surroundings, accessLog, clockOffsetUs: null, lostPackets });
  return analysed.results.map(({ incident }) => incident);
}

describeIf(LAB !== null, 'the corpus is not beside the checkout (RESETSCOPE_CORPUS)')('accuracy', () => {
  const known = new Map<string, Promise<readonly Incident[]>>();
  const incidentsOf = (name: string): Promise<readonly Incident[]> => {
    const found = known.get(name) ?? analyseCase(name);
    known.set(name, found);
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
    const lowest = { leg: 1, resetBy: 0.995, phase: 0.87, cause: 0.88, frame: 0.995, outcome: 0.94 };
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

  test('with the access log at hand, the connection is certain', async () => {
    const name = 'same-second-same-url';
    const incidents = await analyseCase(name, true);
    const score = new Score().add(readTruth(join(LAB ?? '', name)), incidents);
    expect(score).toMatchObject({ precision: 1, recall: 1 });
    const client = incidents.filter(({ leg }) => leg === 'client');
    expect(client.length).toBeGreaterThan(30);
    for (const { confidence } of client) expect(confidence).toBeGreaterThanOrEqual(0.95);
  });
});

/** Equals any number from `lowest` on. */
function atLeast(lowest: number): { asymmetricMatch(value: unknown): boolean; toString(): string } {
  return {
    asymmetricMatch: (value) => typeof value === 'number' && value >= lowest,
    toString: () => `at least ${lowest}`,
  };
}
