/**
 * A request target without what differs from request to request, so that incidents of one route share a group:
 * `/app/pay1061?x=1` -> `/app/pay{n}`, `/user/42/x` -> `/user/{n}/x`, UUIDs and hashes -> `{id}`.
 */

/** Bounds of the template: an attacker chooses targets. */
const MAX_SEGMENTS = 8;
const MAX_SEGMENT_LEN = 48;

/** API versions name a route: `v1`, `v2.1`. */
const VERSION = /^v\d{1,2}(?:\.\d{1,2})?$/i;

const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi;
/** Hexadecimal of 8 digits or more with both figures and letters: object ids, content hashes. */
const HEX = /(?<![0-9a-z])(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}(?![0-9a-z])/gi;
/** Base64url of 20 characters or more with figures, lower and upper case: tokens. */
const TOKEN = /(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{20,}(?![\w-])/g;
const NUMBER = /\d+/g;

/** Takes origin-form, absolute-form, authority-form and `*` (RFC 9112 section 3.2); query and fragment are dropped. */
export function routeTemplate(target: string): string {
  const path = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  if (!path.startsWith('/')) return path === '' ? '/' : foldSegment(path);
  const segments = path.slice(1).split('/');
  const folded = segments.slice(0, MAX_SEGMENTS).map(foldSegment);
  return `/${folded.join('/')}${segments.length > MAX_SEGMENTS ? '/…' : ''}`;
}

function foldSegment(segment: string): string {
  if (VERSION.test(segment)) return segment;
  const head = segment.slice(0, 4 * MAX_SEGMENT_LEN);
  const folded = head.replace(UUID, '{id}').replace(TOKEN, '{id}').replace(HEX, '{id}').replace(NUMBER, '{n}');
  return folded.length > MAX_SEGMENT_LEN ? `${folded.slice(0, MAX_SEGMENT_LEN)}…` : folded;
}
