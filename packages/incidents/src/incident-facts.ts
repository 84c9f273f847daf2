/** What the store counts and looks incidents up by: parts of an incident, normalised and bounded. */
import type { Incident } from '@resetscope/diagnosis';
import { boundedText } from './bounded-text.ts';
import { routeTemplate } from './route-template.ts';

/** Longer values are cut: log and wire choose them. An IPv6 address with its zone takes 62 characters. */
const MAX_VALUE_LEN = 128;

/** Longer text is cut for the search: the line as written, of which nginx writes 2048 bytes at most. */
const MAX_TEXT_LEN = 2048;

export interface IncidentFacts {
  /** `10.4.40.140:8080`, `unix:/run/php.sock`; empty when the incident names none. */
  readonly upstream: string;
  /** Address as nginx logs it; empty when the incident names none. */
  readonly client: string;
  /** routeTemplate of the target; empty when the incident names no request. */
  readonly route: string;
  /** server_name of the nginx server, or its listen address where none was chosen yet; empty without a line. */
  readonly server: string;
}

export function factsOf(incident: Incident): IncidentFacts {
  const { target } = incident.request;
  return {
    upstream: boundedText(upstreamOf(incident), MAX_VALUE_LEN),
    client: boundedText(clientOf(incident), MAX_VALUE_LEN),
    route: target === null ? '' : boundedText(routeTemplate(target), MAX_VALUE_LEN),
    server: boundedText(serverOf(incident.line.raw), MAX_VALUE_LEN),
  };
}

/** What a text search looks into, in lower case: the line as written, read as UTF-8, or without a line the parts of its request. */
export function searchText({ line, request, client, upstream }: Incident): string {
  const { method, target, host } = request;
  const parts = line.raw === '' ? [method, target, host, client, upstream] : [utf8(line.raw)];
  const text = parts.filter((part) => part !== null).join(' ');
  return boundedText(text, MAX_TEXT_LEN).toLowerCase();
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}

/** The address on the wire where there is one: the line's `upstream:` carries scheme and URI too. */
function upstreamOf({ leg, stream, upstream }: Incident): string {
  if (leg === 'upstream' && stream !== null) return stream.responder;
  const place = (upstream ?? '').replace(/^[a-z][a-z0-9+.-]*:\/\//i, '');
  return /^unix:[^:]*|^[^/]*/.exec(place)?.[0] ?? '';
}

function clientOf({ leg, stream, client }: Incident): string {
  if (client !== null || leg !== 'client' || stream === null) return client ?? '';
  return stream.originator.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}

/** The first `server:` is nginx's own: only after it comes what a client has chosen (src/http/ngx_http_request.c, ngx_http_log_error). */
function serverOf(raw: string): string {
  return /, server: ([^,]*)/.exec(raw)?.[1] ?? '';
}
