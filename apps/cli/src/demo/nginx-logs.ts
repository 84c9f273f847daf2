/** What the demo's nginx wrote: lines of the reset family, and which client port each `*N` had. */
import { readFile } from 'node:fs/promises';
import {
  compileLogFormat,
  decodeLatin1,
  isResetFamily,
  parseAccessLogLine,
  parseErrorLogLine,
  RECOMMENDED_LOG_FORMAT,
} from '@resetscope/nginx-log';
import type { FamilyLine } from './evaluation.ts';

const LF = 0x0a;

export async function readFamilyLines(errorLog: string): Promise<readonly FamilyLine[]> {
  return splitLines(await readFile(errorLog)).flatMap((bytes) => {
    const parsed = parseErrorLogLine(bytes);
    if (parsed.kind !== 'entry' || !isResetFamily(parsed.entry)) return [];
    return [{ raw: decodeLatin1(bytes), connectionNumber: parsed.entry.connectionNumber ?? 0 }];
  });
}

/** `$connection` to the client's `address:port`. */
export async function readClientConnections(accessLog: string): Promise<ReadonlyMap<number, string>> {
  const format = compileLogFormat(RECOMMENDED_LOG_FORMAT);
  const clients = new Map<number, string>();
  for (const bytes of splitLines(await readFile(accessLog))) {
    const entry = parseAccessLogLine(format, bytes);
    if (entry?.connection != null) clients.set(entry.connection, `${entry.clientAddress}:${entry.clientPort}`);
  }
  return clients;
}

/** Whole lines, without their newline. */
function splitLines(bytes: Uint8Array): readonly Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0, end = bytes.indexOf(LF); end >= 0; start = end + 1, end = bytes.indexOf(LF, start)) {
    lines.push(bytes.subarray(start, end));
  }
  return lines;
}
