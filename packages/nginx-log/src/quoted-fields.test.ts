import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAction } from './action.ts';
import { parseQuotedFields } from './quoted-fields.ts';

const FIELDS = ['request', 'subrequest', 'upstream', 'host', 'referrer'] as const;
type Field = (typeof FIELDS)[number];

/** Which fields a value can be followed by, as the head of the source says. */
function followers(field: Field, action: string): readonly Field[] {
  const later = FIELDS.slice(FIELDS.indexOf(field) + 1);
  if (action === 'sending to client') return later;
  return action === 'reading client request headers' ? later.filter((name) => /^[hr]/.test(name)) : [];
}

/** The rule as it is written down, each follower searched by itself. */
function plainFields(text: string, action: string): object {
  const fields: Record<string, unknown> = Object.fromEntries(FIELDS.map((field) => [field, null]));
  let rest = text;
  for (const field of FIELDS) {
    if (!rest.startsWith(`, ${field}: "`)) continue;
    const value = rest.slice(field.length + 5);
    const ends = field === 'host' ? ['", '] : followers(field, action).map((name) => `", ${name}: "`);
    const found = ends.map((end) => value.indexOf(end)).filter((at) => at >= 0);
    if (found.length === 0) {
      const isUnclosed = !value.endsWith('"');
      return { ...fields, [field]: isUnclosed ? value : value.slice(0, -1), isUnclosed, leftover: '' };
    }
    fields[field] = value.slice(0, Math.min(...found));
    rest = value.slice(Math.min(...found) + 1);
  }
  return { ...fields, isUnclosed: false, leftover: rest };
}

const action = fc.constantFrom('sending to client', 'waiting for request', 'reading client request headers');
const piece = fc.oneof(
  fc.constantFrom(...FIELDS).map((field) => `, ${field}: "`),
  fc.constantFrom('"', '", ', 'GET / HTTP/1.1', 'http://10.0.0.1/', ', ', ': "', ', login: "'),
  fc.string({ unit: 'binary', maxLength: 4 }),
);

describe('quoted fields', () => {
  test('end where the plain rule ends them', () => {
    const text = fc.array(piece, { maxLength: 14 }).map((pieces) => `, request: "${pieces.join('')}`);
    fc.assert(
      fc.property(text, action, (line, phrase) => {
        expect(parseQuotedFields(line, parseAction(phrase))).toEqual(plainFields(line, phrase));
      }),
      { numRuns: 3000 },
    );
  });

  test('of one line do not stay for the next', () => {
    parseQuotedFields(', host: "a", referrer: "b"', null);
    expect(parseQuotedFields('', null)).toEqual(plainFields('', 'sending to client'));
  });
});
