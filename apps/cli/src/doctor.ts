/** `resetscope doctor`: is everything in place on this host, or in a stack, and what to do where it is not? Changes nothing. */

import { visibleJson } from '@resetscope/report';
import { ExitCode } from '@resetscope/telemetry';
import { CHECK_MEANINGS } from './doctor/check-meaning.ts';
import { countsLine, findingLines } from './doctor/findings-text.ts';
import { examineHost } from './doctor/host-examination.ts';
import { resolveDoctorOptions } from './doctor/options.ts';
import { examineStack } from './doctor/stack-examination.ts';
import type { Finding } from './finding.ts';
import { Terminal } from './terminal.ts';

/** Exit code 0: nothing failed, 1: something did. */
export async function runDoctor(argv: readonly string[]): Promise<number> {
  const options = resolveDoctorOptions(argv, process.env);
  const [host, stack] = await Promise.all([examineHost(options), examineStack(options)]);
  const findings = [...host, ...stack];
  if (options.json) console.log(visibleJson({ findings: findings.map(findingJson) }, 2));
  else print(host, stack);
  return findings.some(({ status }) => status === 'fail') ? ExitCode.failed : ExitCode.ok;
}

function print(host: readonly Finding[], stack: readonly Finding[]): void {
  const terminal = new Terminal(process.stdout, process.env);
  for (const [title, findings] of [
    ['nginx and this host', host],
    ['Redis and the apps', stack],
  ] as const) {
    terminal.writeLine(terminal.paint('bold', title));
    for (const finding of findings) for (const line of findingLines(finding, terminal)) terminal.writeLine(line);
    terminal.writeLine('');
  }
  terminal.writeLine(countsLine([...host, ...stack]));
}

/** Ids, status and codes are a contract; texts are for people. */
function findingJson(finding: Finding) {
  return { ...finding, meaning: CHECK_MEANINGS[finding.id] };
}
