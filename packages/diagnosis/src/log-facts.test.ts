import { describe, expect, test } from '@jest/globals';
import { type ErrorLogEntry, parseErrorLogLine } from '@resetscope/nginx-log';
import { LogFacts } from './log-facts.ts';

function factsOf(zone: string, ...lines: readonly string[]): LogFacts {
  const facts = new LogFacts(zone);
  for (const line of lines) facts.note(entryOf(line));
  return facts;
}

function entryOf(line: string): ErrorLogEntry {
  const parsed = parseErrorLogLine(Uint8Array.from(line, (c) => c.charCodeAt(0)));
  if (parsed.kind !== 'entry') throw new Error(`not a log entry: ${line}`);
  return parsed.entry;
}

/** 2026-11-22 06:35:12 UTC. */
const STAMP_US = 1_795_329_312_000_000;
const GONE = '2026/11/22 06:35:12 [notice] 8#8: exiting';
const CLOSED = '2026/11/22 06:35:13 [info] 8#8: *5 client 10.0.0.1 closed keepalive connection';

describe('LogFacts', () => {
  test('keeps notices and numbers, in the log clock', () => {
    const facts = factsOf('UTC', GONE, CLOSED);
    expect(facts.notices).toEqual([{ kind: 'worker-gone', stampUs: STAMP_US }]);
    expect(facts.serials.acceptedByUs(8, 5)).toBe(STAMP_US + 1_000_000);
  });

  test('stamps are local time', () => {
    expect(factsOf('+08:00', GONE).notices[0]?.stampUs).toBe(STAMP_US - 8 * 3_600_000_000);
  });

  test('knows whether the log tells of clients', () => {
    expect(factsOf('UTC', GONE).logsClients).toBe(false);
    expect(factsOf('UTC', GONE, CLOSED).logsClients).toBe(true);
  });

  test('does not learn numbers from lines in doubt', () => {
    const doubted: ErrorLogEntry = { ...entryOf(CLOSED), flags: ['after-unclosed-quote'] };
    const facts = new LogFacts('UTC');
    facts.note(doubted);
    expect(facts.serials.acceptedByUs(8, 5)).toBeNull();
  });
});
