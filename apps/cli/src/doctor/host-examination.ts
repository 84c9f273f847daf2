/** What the doctor looks at on the host of nginx: its logs and configuration, the interfaces, the rights, the clock. */
import { existsSync } from 'node:fs';
import { INSTALLED_NGINX, readNginxConfig } from '@resetscope/nginx-config';
import { ClearError } from '@resetscope/telemetry';
import { checkClock, checkErrorLog } from '../error-log-check.ts';
import { type Finding, fail, ok, skipped } from '../finding.ts';
import { checkCapture, checkInterface } from '../host-checks.ts';
import { DEFAULT_ERROR_LOG } from '../up-options.ts';
import { checkKernelClock, readClockState } from './clock-checks.ts';
import { checkConfiguredLog, checkErrorLogLevel } from './error-log-level.ts';
import { checkLogRights } from './log-rights.ts';
import { checkLogWriters } from './log-writer-check.ts';
import { findLogWriters } from './log-writers.ts';
import { checkAccessLogFormat, checkUnixUpstreams } from './nginx-checks.ts';
import { type NginxFacts, nginxFacts } from './nginx-facts.ts';
import type { DoctorOptions } from './options.ts';
import { checkRotation } from './rotation-check.ts';
import { checkTraffic } from './traffic-check.ts';

const ELSEWHERE = 'nothing of this host was named: run the doctor beside nginx, with --error-log';

/** A stack elsewhere is looked at through Redis alone: nothing of this host was named, and no log is where Debian has it. */
export function isHostOfNginx(
  { namesHost, stackOnly, redisUrl }: Pick<DoctorOptions, 'namesHost' | 'stackOnly' | 'redisUrl'>,
  defaultLog: string = DEFAULT_ERROR_LOG,
): boolean {
  if (stackOnly) return false;
  return namesHost || redisUrl === undefined || existsSync(defaultLog);
}

export async function examineHost(options: DoctorOptions): Promise<readonly Finding[]> {
  if (!isHostOfNginx(options)) {
    return [skipped('error-log', 'error log', ELSEWHERE), skipped('interface', 'interfaces', ELSEWHERE)];
  }
  const { finding, facts } = await readFacts(options);
  const interfaces = options.interfaces.map(checkInterface);
  const present = options.interfaces.filter((_, at) => interfaces[at]?.status !== 'fail');
  const ports = options.ports ?? facts?.ports ?? [];
  return [
    finding,
    ...(await examineLogs(options, facts)),
    checkAccessLogFormat(options.accessLogFormat, facts),
    checkUnixUpstreams(facts),
    ...interfaces,
    checkCapture(options.user),
    ...(present.length === 0 ? [] : await checkTraffic(present, ports, options.watchSeconds)),
    checkKernelClock(readClockState()),
  ];
}

interface ReadFacts {
  readonly finding: Finding;
  /** null: could not be read, the finding says why. */
  readonly facts: NginxFacts | null;
}

async function readFacts({ nginxConfig, isConfigNamed }: DoctorOptions): Promise<ReadFacts> {
  const subject = nginxConfig === INSTALLED_NGINX ? 'nginx -T' : `configuration ${nginxConfig}`;
  try {
    const facts = nginxFacts(await readNginxConfig(nginxConfig));
    return { finding: ok('nginx-config', subject, `read, ports ${facts.ports.join(', ')}`), facts };
  } catch (error) {
    if (!(error instanceof ClearError)) throw error;
    const fix = 'give a file that can be read: --nginx-config /etc/nginx/nginx.conf';
    if (isConfigNamed) return { finding: fail('nginx-config', subject, error.message, fix, error.code), facts: null };
    const message = error.code === 'RS_PROGRAM_MISSING' ? `no nginx is installed here; ${fix}` : error.message;
    return { finding: skipped('nginx-config', subject, message), facts: null };
  }
}

async function examineLogs(options: DoctorOptions, facts: NginxFacts | null): Promise<readonly Finding[]> {
  const { errorLogs, namedLogs, namesLogs, redisUrl, syslog } = options;
  if (!namesLogs && redisUrl !== undefined && !existsSync(DEFAULT_ERROR_LOG)) {
    return [skipped('error-log', 'error log', `none named with --error-log, none at ${DEFAULT_ERROR_LOG}`)];
  }
  const findings = await Promise.all(namedLogs.map((path) => examineLog(path, options, facts)));
  const patterns = errorLogs.length > namedLogs.length ? [skipped('error-log', 'patterns', PATTERNS)] : [];
  return [
    ...findings.flat(),
    ...patterns,
    ...syslog.map((address) => skipped('error-log', `syslog ${address}`, SYSLOG)),
  ];
}

const PATTERNS = 'name one of the files with --error-log to have it looked at';
const SYSLOG = 'nginx tells nobody of lines that are lost on the way: resetscope_tail_datagrams_total counts what came';

async function examineLog(path: string, options: DoctorOptions, facts: NginxFacts | null): Promise<readonly Finding[]> {
  const log = await checkErrorLog(path);
  if (log.status === 'fail') return [log];
  try {
    return [log, ...(await examineReadable(path, options, facts))];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return [skipped('error-log', `error log ${path}`, `changed while it was looked at (${code}): look again`)];
  }
}

async function examineReadable(
  path: string,
  options: DoctorOptions,
  facts: NginxFacts | null,
): Promise<readonly Finding[]> {
  const configured = facts === null ? null : checkConfiguredLog(path, facts);
  return [
    ...(configured === null ? [] : [configured]),
    checkLogRights(path, options.tailerUser),
    await checkErrorLogLevel(path, facts),
    await checkClock(path),
    checkLogWriters(path, await findLogWriters(path)),
    checkRotation(path),
  ];
}
