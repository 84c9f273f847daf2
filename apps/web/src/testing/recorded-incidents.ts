/** Incidents of the recorded situations, as `resetscope analyze` gives them; without the recordings, those of report's tests. */
import { join } from 'node:path';
import type { Incident } from '@resetscope/diagnosis';
import { corpusDir } from '@resetscope/testkit';
import { postIncident, raceIncident, unmatchedIncident } from '../../../../packages/report/test-data/incidents.ts';
import { analyseCase } from '../../../../test/accuracy/analysed-case.ts';
import { caseNames } from '../../../../test/accuracy/truth.ts';

/** Of one cause or one reason at most: variety, not volume. */
const PER_KIND = 4;

/** Situations whose lines or requests were forged for other tests. */
const LEFT_OUT: ReadonlySet<string> = new Set(['forged-lines', 'hostile-text']);

/** Different causes, legs, answers and reasons; some 60 of them, in the order of the recordings. Takes some seconds. */
export async function recordedIncidents(): Promise<readonly Incident[]> {
  const corpus = corpusDir();
  if (corpus === null) return [postIncident, raceIncident, unmatchedIncident];
  const lab = join(corpus, 'lab');
  const taken: Incident[] = [];
  const perKind = new Map<string, number>();
  for (const name of caseNames(lab).filter((one) => !LEFT_OUT.has(one))) {
    for (const incident of await analyseCase(join(lab, name), true)) {
      const kind = [incident.status, incident.reason, incident.leg, incident.cause].join(' ');
      const count = perKind.get(kind) ?? 0;
      if (count >= PER_KIND) continue;
      perKind.set(kind, count + 1);
      taken.push(incident);
    }
  }
  return taken;
}
