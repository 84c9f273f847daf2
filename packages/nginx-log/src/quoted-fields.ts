/**
 * The fields in quotes that nginx's http log handler appends, in fixed order (nginx-error-log.md 1.2, 1.4). Values are
 * not escaped, so where one ends is a matter of what can stand in it:
 *   request     no `", upstream: "` in a target that nginx accepted (1.21.1 and later refuse blanks): the first ends it
 *   subrequest  a decoded URI, may hold anything where a module reuses the client's: the first ends it, doubts stay
 *   upstream    repeats the target, the same holds
 *   host        no blanks, so the first `", ` ends it
 *   referrer    anything; last; runs to the end of the line
 * Before the request line is read in full nothing is checked yet, but no upstream can exist either: then the request
 * runs to the end of the line.
 */
import { type Action, isPreRequest, knownPhrase } from './action.ts';

/** In the order of ngx_http_log_error_handler, src/http/ngx_http_request.c */
const FIELDS = ['request', 'subrequest', 'upstream', 'host', 'referrer'] as const;
type Field = (typeof FIELDS)[number];

export interface QuotedFields {
  readonly values: Readonly<Partial<Record<Field, string>>>;
  /** The last value has no closing quote. */
  readonly isUnclosed: boolean;
  /** What follows the last field in order: a field of another product, or a forged one. */
  readonly leftover: string;
}

/** `text` starts at the first field, with its comma; any other text gives no fields. Total. */
export function parseQuotedFields(text: string, action: Action | null): QuotedFields {
  const values: Partial<Record<Field, string>> = {};
  let rest = text;
  for (const field of FIELDS) {
    const marker = `, ${field}: "`;
    if (!rest.startsWith(marker)) continue;
    const end = endOfValue(rest, marker.length, field, action);
    if (end < 0) {
      const isClosed = rest.length > marker.length && rest.endsWith('"');
      values[field] = rest.slice(marker.length, isClosed ? -1 : undefined);
      return { values, isUnclosed: !isClosed, leftover: '' };
    }
    values[field] = rest.slice(marker.length, end);
    rest = rest.slice(end + 1);
  }
  return { values, isUnclosed: false, leftover: rest };
}

/** Offset of the quote that closes the value starting at `start`; -1 when the value runs to the end of the line. */
function endOfValue(text: string, start: number, field: Field, action: Action | null): number {
  if (field === 'host') return text.indexOf('", ', start);
  const ends = fieldsAfter(field, action).map((name) => text.indexOf(`", ${name}: "`, start));
  const found = ends.filter((at) => at >= 0);
  return found.length === 0 ? -1 : Math.min(...found);
}

/** Which fields may follow `field` on a genuine line. */
function fieldsAfter(field: Field, action: Action | null): readonly Field[] {
  const later = FIELDS.slice(FIELDS.indexOf(field) + 1);
  if (!isPreRequest(action)) return later;
  const sawHeaders = knownPhrase(action) === 'reading client request headers';
  return sawHeaders ? later.filter((name) => name === 'host' || name === 'referrer') : [];
}

/** A request that was never read in full is followed by, or holds, what only a complete one can have. */
export function claimsUpstreamEarly({ values }: QuotedFields, action: Action | null): boolean {
  if (!isPreRequest(action)) return false;
  const { request = '', upstream, subrequest } = values;
  const isInRequest = request.includes('", upstream: "') || request.includes('", subrequest: "');
  return upstream !== undefined || subrequest !== undefined || isInRequest;
}

/** Fields out of order, or a blank in a URI: a decoded path may have brought delimiters of its own. */
export function isAmbiguous({ values, leftover }: QuotedFields): boolean {
  return /^, (?:request|subrequest|upstream|host): "/.test(leftover) || values.upstream?.includes(' ') === true;
}
