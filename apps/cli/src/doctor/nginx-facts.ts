/** What the doctor wants to know of nginx's configuration: its logs with their levels and formats, its ports, its unix sockets. */
import { isAbsolute } from 'node:path';
import { type NginxDirective, nginxPorts } from '@resetscope/nginx-config';

export interface ErrorLogDirective {
  /** As configured: a path, `stderr`, `syslog:...`, `memory:...`. */
  readonly target: string;
  readonly level: string;
}

export interface AccessLogDirective {
  readonly target: string;
  readonly formatName: string;
}

export interface NginxFacts {
  readonly errorLogs: readonly ErrorLogDirective[];
  readonly accessLogs: readonly AccessLogDirective[];
  /** log_format by name: the text, its parameters joined. `combined` needs no directive and is not among them. */
  readonly formats: ReadonlyMap<string, string>;
  /** It listens on and connects to. */
  readonly ports: readonly number[];
  /** `proxy_pass unix:/run/app.sock`. */
  readonly unixSockets: readonly string[];
}

/** ngx_log.c, ngx_log_set_levels: without one in the directive. */
const DEFAULT_LEVEL = 'error';
/** ngx_http_log_module.c: without one in the directive. */
const DEFAULT_FORMAT = 'combined';

export function nginxFacts(directives: readonly NginxDirective[]): NginxFacts {
  const all = flattened(directives);
  const { ports, unwatchable } = nginxPorts(directives);
  return {
    errorLogs: all
      .filter(({ name }) => name === 'error_log')
      .map(({ args: [target = '', level = DEFAULT_LEVEL] }) => ({ target, level })),
    accessLogs: all
      .filter(({ name, args: [target = ''] }) => name === 'access_log' && target !== 'off')
      .map(({ args: [target = '', second = ''] }) => ({
        target,
        formatName: isFormat(second) ? second : DEFAULT_FORMAT,
      })),
    formats: new Map(
      all.filter(({ name }) => name === 'log_format').map(({ args: [name = '', ...text] }) => [name, formatText(text)]),
    ),
    ports,
    unixSockets: unwatchable
      .filter(({ reason, directive }) => reason === 'unix-socket' && directive !== 'listen')
      .map(({ directive, address }) => `${directive} ${address}`),
  };
}

/** Does this target of a log directive name that file? A relative one counts from nginx's prefix, which is not known here. */
export function isSameFile(target: string, path: string): boolean {
  return isAbsolute(target) ? target === path : path.endsWith(`/${target}`);
}

function flattened(directives: readonly NginxDirective[]): readonly NginxDirective[] {
  return directives.flatMap((directive) => [directive, ...flattened(directive.block ?? [])]);
}

/** `access_log PATH [FORMAT [buffer=...] [if=...]]`. */
function isFormat(text: string): boolean {
  return text !== '' && !text.includes('=');
}

function formatText(parameters: readonly string[]): string {
  return parameters.filter((text, at) => at > 0 || !text.startsWith('escape=')).join('');
}
