/** A `log_format` and a line: what stands before the first line feed is the format. */
import {
  type AccessLogFormat,
  COMBINED_LOG_FORMAT,
  compileLogFormat,
  detectLogFormat,
  parseAccessLogLine,
  RECOMMENDED_LOG_FORMAT,
} from '@resetscope/nginx-log';
import { type FuzzTarget, latin1, promise } from '../target.ts';

const SEEDS: readonly string[] = [
  `${RECOMMENDED_LOG_FORMAT}\n7 2 10.255.252.153:40670 fd49::1:80 1795334191.282 200 152 OK 192.168.20.157:8080, unix:/run/a.sock : [::1]:81 502, - : 200 1bfa "GET /api HTTP/1.1"`,
  `${COMBINED_LOG_FORMAT}\n10.0.0.1 - J Doe [22/Nov/2026:07:59:09 +0130] "GET / HTTP/1.1" 200 9 "-" "curl [x] \\x22"`,
  `log_format j escape=json '{"n":$connection,' '"request":"$request","up":"$upstream_addr"}';\n{"n":12,"request":"GET /\\"a\\\\\\u001b\\n","up":""}`,
  'escape=none $status|$http_user_agent|$request_time\n200|a|b|0.001',
  '$a$b$time_iso8601 $status$pid\nx2026-11-22T07:59:09-02:30 200100',
];
const WORDS = [
  '$status',
  '$request',
  '$upstream_addr',
  '$remote_addr',
  '$msec',
  `\${a}`,
  "'",
  '"',
  'escape=json ',
  ', ',
  ' : ',
  '\\x22',
  '\\u00e4',
  '\n',
  '-',
  '200',
  '10.0.0.1:80',
  '::1',
];

function compiled(text: string): AccessLogFormat | null {
  try {
    return compileLogFormat(text);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function run(input: Uint8Array): void {
  const end = input.indexOf(0x0a);
  const format = compiled(String.fromCharCode(...input.subarray(0, Math.max(0, end))));
  const line = input.subarray(end + 1);
  detectLogFormat([line]);
  if (format === null) return;
  const entry = parseAccessLogLine(format, line);
  if (entry === null) return;
  const names = new Set(format.parts.map((part) => part.variable));
  promise(
    'expected a value for every variable',
    [...names].every((name) => entry.variables.has(name)),
  );
  for (const port of [entry.clientPort, entry.serverPort])
    promise('expected a port', port === null || port <= 65_535, port);
  promise('expected a time that is a number', entry.tsUs === null || Number.isFinite(entry.tsUs), entry.tsUs);
}

export const accessLog: FuzzTarget = {
  name: 'access-log',
  maxLen: 1500,
  seeds: () => SEEDS.map(latin1),
  words: WORDS.map(latin1),
  run,
};
