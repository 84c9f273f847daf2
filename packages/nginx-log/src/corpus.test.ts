/** The real logs of the lab corpus against their truth files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import {
  decideSide,
  detectLogFormat,
  type ErrorLogEntry,
  isResetFamily,
  mayBeOfInterest,
  parseAccessLogLine,
  parseErrorLogLine,
  RECOMMENDED_LOG_FORMAT,
} from './index.ts';

const LAB = fileURLToPath(new URL('../../../../shared/corpus/lab/', import.meta.url));

interface TruthLine {
  readonly lineNumber: number;
  readonly leg: 'client' | 'upstream';
  readonly cause?: string;
  readonly expect: 'matched' | 'ambiguous' | 'unmatched';
  readonly optional?: boolean;
}

/** Optional lines that are left out of the family by default: nothing was lost, or nginx's own timer fired. */
const LEFT_OUT = [/ client closed connection while waiting for request/];

const cases = existsSync(LAB) ? readdirSync(LAB).sort() : [];
if (cases.length === 0) console.warn(`skipped: no corpus at ${LAB}`);
const corpusTest = cases.length === 0 ? test.skip : test;

function linesOf(file: Uint8Array): Uint8Array[] {
  const text = Buffer.from(file).toString('latin1').replace(/\n$/, '');
  return text === '' ? [] : text.split('\n').map((line) => Buffer.from(line, 'latin1'));
}

function entryOf(line: Uint8Array): ErrorLogEntry {
  const parsed = parseErrorLogLine(line);
  if (parsed.kind !== 'entry') throw new Error(`expected an entry, got ${parsed.kind}: ${parsed.text}`);
  return parsed.entry;
}

function casesWithTruth(): { name: string; lines: Uint8Array[]; truth: TruthLine[] }[] {
  return cases.map((name) => ({
    name,
    lines: linesOf(readFileSync(`${LAB}${name}/error.log`)),
    truth: JSON.parse(readFileSync(`${LAB}${name}/truth.json`, 'utf8')).lines,
  }));
}

describe('lab corpus', () => {
  corpusTest('every scored line is in the family, and its leg is decided rightly', () => {
    let scored = 0;
    for (const { name, lines, truth } of casesWithTruth()) {
      for (const { lineNumber, leg, optional, expect: outcome } of truth) {
        const line = lines[lineNumber - 1]!;
        const entry = entryOf(line);
        const where = `${name}:${lineNumber} ${entry.message}`;
        const text = Buffer.from(line).toString('latin1');
        const isLeftOut = optional === true && LEFT_OUT.some((pattern) => pattern.test(text));
        expect([where, isResetFamily(entry)]).toEqual([where, !isLeftOut]);
        if (!isLeftOut) expect([where, mayBeOfInterest(line)]).toEqual([where, true]);
        if (outcome !== 'unmatched') expect([where, decideSide(entry).side]).toEqual([where, leg]);
        scored++;
      }
    }
    expect(scored).toBeGreaterThanOrEqual(460);
  });

  corpusTest('no line outside the truth is in the family, but for the known ones', () => {
    const extra: string[] = [];
    for (const { name, lines, truth } of casesWithTruth()) {
      const known = new Set(truth.map((line) => line.lineNumber));
      lines.forEach((line, index) => {
        const parsed = parseErrorLogLine(line);
        if (parsed.kind === 'entry' && isResetFamily(parsed.entry) && !known.has(index + 1)) {
          extra.push(`${name}:${index + 1} ${parsed.entry.message}`);
        }
      });
    }
    expect(extra).toEqual([]);
  });

  corpusTest('only forged and hostile lines carry flags', () => {
    const flagged = new Map<string, Set<string>>();
    for (const { name, lines } of casesWithTruth()) {
      for (const line of lines) {
        const parsed = parseErrorLogLine(line);
        if (parsed.kind !== 'entry') continue;
        for (const flag of parsed.entry.flags) flagged.set(name, (flagged.get(name) ?? new Set()).add(flag));
      }
    }
    expect(Object.fromEntries([...flagged].map(([name, flags]) => [name, [...flags]]))).toEqual({
      'forged-lines': ['unclosed-quote', 'single-slash-upstream'],
      'hostile-text': ['control-bytes'],
    });
  });

  corpusTest('every access line is read in the recommended format', () => {
    const unread: string[] = [];
    let count = 0;
    for (const name of cases) {
      const lines = linesOf(readFileSync(`${LAB}${name}/access.log`));
      if (lines.length === 0) continue;
      const format = detectLogFormat(lines.slice(0, 20));
      expect([name, format?.source]).toEqual([name, RECOMMENDED_LOG_FORMAT]);
      for (const line of lines) {
        const text = Buffer.from(line).toString('latin1');
        const [connection, , client] = text.split(' ');
        const entry = parseAccessLogLine(format!, line);
        const isRead =
          entry?.connection === Number(connection) &&
          `${entry.clientAddress}:${entry.clientPort}` === client &&
          entry.serverPort !== null &&
          entry.tsUs !== null &&
          entry.upstreamAddrs.length === entry.upstreamStatuses.length;
        if (!isRead) unread.push(`${name}: ${text}`);
        count++;
      }
    }
    expect(unread).toEqual([]);
    expect(count).toBeGreaterThan(20_000);
  });
});
