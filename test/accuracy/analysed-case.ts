/** What `resetscope analyze` says of a recorded case. */
import { join } from 'node:path';
import type { Incident } from '@resetscope/diagnosis';
import { conclude } from '../../apps/cli/src/analyze/conclude.ts';
import { inputFile } from '../../apps/cli/src/analyze/input-file.ts';
import { readCaptures } from '../../apps/cli/src/analyze/read-capture.ts';
import { readAccessLogs, readErrorLogs } from '../../apps/cli/src/analyze/read-logs.ts';
import { SILENT_METER } from '../../apps/cli/src/analyze/read-meter.ts';
import { captureOf, readTruth } from './truth.ts';

export async function analyseCase(caseDir: string, withAccessLog: boolean): Promise<readonly Incident[]> {
  const logs = await readErrorLogs([join(caseDir, 'error.log')], readTruth(caseDir).timezone, SILENT_METER);
  const accessLog = withAccessLog ? await readAccessLogs([join(caseDir, 'access.log')], SILENT_METER) : null;
  const content = await readCaptures([inputFile(captureOf(caseDir))], SILENT_METER, logs.lines);
  return conclude(logs, accessLog, content, null).analysis.incidents;
}
