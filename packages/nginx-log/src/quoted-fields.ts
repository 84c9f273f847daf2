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

/** Null: no such field on the line. */
export interface QuotedFields extends Readonly<Record<Field, string | null>> {
  /** The last value has no closing quote. */
  readonly isUnclosed: boolean;
  /** What follows the last field in order: a field of another product, or a forged one. */
  readonly leftover: string;
}

const NO_FIELDS: QuotedFields = {
  request: null,
  subrequest: null,
  upstream: null,
  host: null,
  referrer: null,
  isUnclosed: false,
  leftover: '',
};

interface FieldSyntax {
  readonly field: Field;
  readonly marker: string;
  /** Where the value ends: at the next field that can follow on a genuine line. Null: nowhere before the line does. */
  readonly end: RegExp | null;
}

/** `followers`: the fields that can come after an earlier one. */
function syntax(followers: readonly Field[]): readonly FieldSyntax[] {
  return FIELDS.map((field, index) => {
    const later = FIELDS.slice(index + 1).filter((name) => followers.includes(name));
    const next = later.length === 0 ? null : new RegExp(`", (?:${later.join('|')}): "`, 'g');
    return { field, marker: `, ${field}: "`, end: field === 'host' ? /", /g : next };
  });
}

const COMPLETE = syntax(FIELDS);
const HEADERS_CUT = syntax(['host', 'referrer']);
const REQUEST_LINE_CUT = syntax([]);

function syntaxOf(action: Action | null): readonly FieldSyntax[] {
  if (!isPreRequest(action)) return COMPLETE;
  return knownPhrase(action) === 'reading client request headers' ? HEADERS_CUT : REQUEST_LINE_CUT;
}

/** `text` starts at the first field, with its comma; any other text gives no fields. Total. */
export function parseQuotedFields(text: string, action: Action | null): QuotedFields {
  const fields: { -readonly [name in keyof QuotedFields]: QuotedFields[name] } = { ...NO_FIELDS };
  let at = 0;
  for (const { field, marker, end } of syntaxOf(action)) {
    if (!text.startsWith(marker, at)) continue;
    const start = at + marker.length;
    const close = end === null ? -1 : indexFrom(end, text, start);
    if (close < 0) {
      const isClosed = text.length > start && text.endsWith('"');
      fields[field] = text.slice(start, isClosed ? -1 : undefined);
      fields.isUnclosed = !isClosed;
      return fields;
    }
    fields[field] = text.slice(start, close);
    at = close + 1;
  }
  fields.leftover = text.slice(at);
  return fields;
}

/** Of a value's closing quote; -1 where the pattern is not found. */
function indexFrom(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? -1;
}

/** A request that was never read in full is followed by, or holds, what only a complete one can have. */
export function claimsUpstreamEarly({ request, upstream, subrequest }: QuotedFields, action: Action | null): boolean {
  if (!isPreRequest(action)) return false;
  const isInRequest = request !== null && /", (?:upstream|subrequest): "/.test(request);
  return upstream !== null || subrequest !== null || isInRequest;
}

/** Fields out of order, or a blank in a URI: a decoded path may have brought delimiters of its own. */
export function isAmbiguous({ upstream, leftover }: QuotedFields): boolean {
  return /^, (?:request|subrequest|upstream|host): "/.test(leftover) || upstream?.includes(' ') === true;
}
