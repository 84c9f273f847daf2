/** What nginx's configuration lets resetscope see: the variables of its access logs, and upstreams that have no packets. */
import { COMBINED_LOG_FORMAT, compileLogFormat, RECOMMENDED_LOG_FORMAT } from '@resetscope/nginx-log';
import { type Finding, ok, skipped, warn } from '../finding.ts';
import type { AccessLogDirective, NginxFacts } from './nginx-facts.ts';

/** Any of a group says it. */
const USEFUL_VARIABLES: readonly (readonly string[])[] = [
  ['connection'],
  ['realip_remote_addr', 'remote_addr'],
  ['realip_remote_port', 'remote_port'],
  ['upstream_addr'],
  ['request_id'],
];

/** format: of --log-format, instead of what the configuration says. facts: null where it cannot be read. */
export function checkAccessLogFormat(format: string | undefined, facts: NginxFacts | null): Finding {
  const subject = 'access log';
  if (format !== undefined) return checkFormat('--log-format', format);
  if (facts === null) return skipped('access-log-format', subject, "nginx's configuration cannot be read");
  const { accessLogs } = facts;
  if (accessLogs.length === 0) return skipped('access-log-format', subject, 'nginx writes none');
  const findings = accessLogs.map((log) => checkFormat(log.target, formatOf(log, facts)));
  return findings.find(({ status }) => status === 'ok') ?? (findings[0] as Finding);
}

function formatOf({ formatName }: AccessLogDirective, { formats }: NginxFacts): string {
  return formats.get(formatName) ?? COMBINED_LOG_FORMAT;
}

function checkFormat(target: string, format: string): Finding {
  const subject = `access log ${target}`;
  const variables = variablesOf(format);
  const missing = USEFUL_VARIABLES.filter((names) => !names.some((name) => variables.has(name)));
  if (missing.length === 0) return ok('access-log-format', subject, 'names client, connection, upstream and request');
  const names = missing.map(([name]) => `$${name}`).join(', ');
  const fix = `in nginx.conf: log_format resets '${RECOMMENDED_LOG_FORMAT}'; access_log PATH resets; and --access-log PATH`;
  return warn('access-log-format', subject, `its format lacks ${names}`, fix);
}

function variablesOf(format: string): ReadonlySet<string> {
  try {
    return new Set(compileLogFormat(format).parts.map(({ variable }) => variable));
  } catch {
    return new Set();
  }
}

export function checkUnixUpstreams(facts: NginxFacts | null): Finding {
  const subject = 'upstreams';
  if (facts === null) return skipped('unix-upstreams', subject, "nginx's configuration cannot be read");
  const { unixSockets } = facts;
  if (unixSockets.length === 0) return ok('unix-upstreams', subject, 'none on a unix socket');
  const fix = 'let the upstream listen on 127.0.0.1 and a port, and name that in nginx.conf';
  return warn('unix-upstreams', subject, `on unix sockets: ${unixSockets.join(', ')}`, fix);
}
