/** The connections of public traces, as tshark and Zeek see them. Where the traces are not, these tests are skipped. */
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { repositoryRoot } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { expectGolden } from '../golden.ts';
import type { Comparison } from './comparison.ts';
import { conformanceDoc } from './conformance-doc.ts';
import { readTrace } from './reading.ts';
import { findTraces, type Trace } from './traces.ts';
import { compareWithTshark } from './tshark.ts';
import { compareWithZeek } from './zeek.ts';

const TRACES = findTraces();

async function compare(trace: Trace): Promise<readonly Comparison[]> {
  const reading = await readTrace(trace.path);
  const beside = trace.tshark === null ? [] : [compareWithTshark(trace.name, reading, trace.tshark)];
  return [...beside, ...trace.zeek.map((told) => compareWithZeek(trace.name, reading, told))];
}

describeIf(TRACES.length > 0, "no corpus of captures: tshark's and Zeek's results are not compared")(
  'conformance',
  () => {
    const known = new Map<Trace, Promise<readonly Comparison[]>>();
    const comparisonsOf = (trace: Trace): Promise<readonly Comparison[]> => {
      const found = known.get(trace) ?? compare(trace);
      known.set(trace, found);
      return found;
    };
    const everything = async (): Promise<readonly Comparison[]> =>
      (await Promise.all(TRACES.map(comparisonsOf))).flat();

    test.each(TRACES)('$name: every difference has a reason', async (trace) => {
      const differences = (await comparisonsOf(trace)).flatMap((comparison) => comparison.differences);
      expect(differences.filter(({ reason }) => reason === 'unexplained')).toEqual([]);
    });

    test.each([
      { oracle: 'tshark', atLeast: 280 },
      { oracle: 'Zeek', atLeast: 60 },
    ])('there are $atLeast connections to compare with $oracle', async ({ oracle, atLeast }) => {
      const beside = (await everything()).filter((comparison) => comparison.oracle === oracle);
      expect(beside.reduce((sum, { connections }) => sum + connections, 0)).toBeGreaterThanOrEqual(atLeast);
    });

    test('docs/conformance.md is what is measured', async () => {
      const document = conformanceDoc(await everything());
      expectGolden(join(repositoryRoot(), 'docs', 'conformance.md'), document, 'scripts/conformance.mjs');
    });
  },
);
