/** `resetscope doctor`: does this host have what `up` needs, and what to do where it has not. */

import { visibleText } from '@resetscope/report';
import { ExitCode } from '@resetscope/telemetry';
import { checkClock, checkErrorLog, checkErrorLogLevel } from './error-log-check.ts';
import type { Finding } from './finding.ts';
import { checkCapture, checkInterface, checkNginx, checkRedis } from './host-checks.ts';
import { type Color, Terminal } from './terminal.ts';
import { resolveUpOptions, type UpOptions } from './up-options.ts';

export async function runDoctor(argv: readonly string[]): Promise<number> {
  const options = resolveUpOptions('doctor', argv, process.env);
  const findings = await examineHost(options);
  const terminal = new Terminal(process.stdout, process.env);
  if (options.json) console.log(JSON.stringify({ findings }, null, 2));
  else for (const finding of findings) terminal.writeLine(findingLine(finding, terminal));
  return findings.some((finding) => finding.status === 'fail') ? ExitCode.failed : ExitCode.ok;
}

/** Everything `up` relies on, in the order a person would mend it. */
export async function examineHost(options: UpOptions): Promise<readonly Finding[]> {
  const logs = await Promise.all(options.namedLogs.map(examineLog));
  const redis = await checkRedis(options.redisUrl);
  return [...logs.flat(), ...options.interfaces.map(checkInterface), checkCapture(), ...redis, checkNginx()];
}

async function examineLog(path: string): Promise<readonly Finding[]> {
  const finding = await checkErrorLog(path);
  if (finding.status === 'fail') return [finding];
  return [finding, await checkErrorLogLevel(path), await checkClock(path)];
}

const STATUS_COLORS: Readonly<Record<Finding['status'], Color>> = { ok: 'green', warn: 'yellow', fail: 'red' };

/** `ok    interface eth0: exists`, with the fix after what is wrong. */
export function findingLine(finding: Finding, terminal: Terminal): string {
  const badge = terminal.paint(STATUS_COLORS[finding.status], finding.status.padEnd(4));
  const fix = finding.status === 'ok' ? '' : ` -> ${finding.fix}`;
  return `${badge}  ${visibleText(`${finding.subject}: ${finding.message}${fix}`)}`;
}
