/**
 * One datagram of nginx's `error_log syslog:server=...` (nginx-error-log.md 1.6):
 *   <PRI>Nov 22 07:59:09 host tag: LINE      `nohostname` leaves the host out
 * RFC 3164 as nginx's ngx_syslog_add_header writes it, so LINE is the whole line of a file, without its LF. One datagram is
 * one line even when the line holds a newline of a client's making: here newlines forge nothing. NUL ends it early (`%s`).
 */
import { unwrapLine } from '@resetscope/nginx-log';

export type SyslogDatagram =
  | { readonly kind: 'line'; readonly bytes: Uint8Array }
  /** No header of RFC 3164. */
  | { readonly kind: 'not-syslog' }
  /** A header, and after it no error-log line: an access log, another program. */
  | { readonly kind: 'not-nginx' };

const LESS_THAN = 0x3c;
const SLASH = 0x2f;
const SPACE = 0x20;
const BRACKET_OPEN = 0x5b;
/** Length of `YYYY/MM/DD HH:MM:SS `. */
const STAMP_LEN = 20;

/** Total. The line is a view. */
export function parseSyslogDatagram(datagram: Uint8Array): SyslogDatagram {
  const { line: bytes } = datagram[0] === LESS_THAN ? unwrapLine(datagram) : { line: datagram };
  if (bytes.byteOffset === datagram.byteOffset) return { kind: 'not-syslog' };
  const isNginx = bytes[4] === SLASH && bytes[STAMP_LEN - 1] === SPACE && bytes[STAMP_LEN] === BRACKET_OPEN;
  return isNginx ? { kind: 'line', bytes } : { kind: 'not-nginx' };
}
