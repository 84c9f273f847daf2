/**
 * A case of the lab as it happened: its packets, and the lines of its error log, each with the moment at which it is read.
 * No log has the moment of a line; it is taken from the packet that the truth names, or else from the access log's milliseconds.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { FlowTracker, type TcpStream } from '@resetscope/flow';
import { isResetFamily, parseErrorLogLine, stampToEpochUs } from '@resetscope/nginx-log';
import { type CapturedFrame, endpointText, PacketDecoder, readCapture } from '@resetscope/wire';
import { captureOf, readTruth, type Truth, type TruthLine } from '../accuracy/truth.ts';

export interface RecordedLine {
  /** Without its newline. */
  readonly bytes: Uint8Array;
  /** Counts from 1. */
  readonly lineNumber: number;
  /** Microseconds since the epoch, the log's clock, never before the line before; null: it becomes no job. */
  readonly readUs: number | null;
}

export interface RecordedCase {
  readonly name: string;
  readonly truth: Truth;
  readonly frames: readonly CapturedFrame[];
  readonly lines: readonly RecordedLine[];
}

/** How late a line is read. */
export interface Reading {
  /** Microseconds from the packet to the reading. */
  readonly delayUs: number;
  /** A reader that looks only at multiples of this; 1: it is woken. */
  readonly everyUs: number;
}

const LF = 0x0a;

/** Reads all of it into memory. */
export function readRecordedCase(caseDir: string, reading: Reading): RecordedCase {
  const truth = readTruth(caseDir);
  const bytes = readFileSync(captureOf(caseDir));
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const { frames } = readCapture(new Uint8Array(isGzip ? gunzipSync(bytes) : bytes));
  const truthOf = new Map(truth.lines.map((line) => [line.lineNumber, line]));
  const streams = streamsByEnds(frames);
  const requests = requestTimes(readFileSync(join(caseDir, 'access.log'), 'latin1'));
  let latestUs = 0;
  const lines = splitLines(readFileSync(join(caseDir, 'error.log'))).map((line, i) => {
    const lineNumber = i + 1;
    const parsed = parseErrorLogLine(line);
    if (parsed.kind !== 'entry' || !isResetFamily(parsed.entry)) return { bytes: line, lineNumber, readUs: null };
    const { stamp, connectionNumber } = parsed.entry;
    const stampUs = stampToEpochUs(stamp, truth.timezone).earliestUs;
    const requestUs = requests.get(connectionNumber ?? -1)?.find((tsUs) => tsUs >= stampUs);
    const packetUs = endUs(truthOf.get(lineNumber), frames, streams);
    const clockUs = packetUs === null ? requestUs : packetUs + reading.delayUs - truth.clockOffsetSeconds * 1_000_000;
    // Neither is known of a forged line, or of one whose packets were taken out: it follows the line before it.
    latestUs = Math.max(latestUs, clockUs === undefined ? 0 : Math.max(clockUs, stampUs)) || stampUs;
    return { bytes: line, lineNumber, readUs: Math.ceil(latestUs / reading.everyUs) * reading.everyUs };
  });
  return { name: truth.case, truth, frames, lines };
}

/** When the connection ended for nginx, the capture's clock: at the RST of the truth, or else at the FIN of nginx's peer. */
function endUs(
  line: TruthLine | undefined,
  frames: readonly CapturedFrame[],
  streams: ReadonlyMap<string, TcpStream>,
): number | null {
  if (line?.stream == null) return null;
  const peer = line.leg === 'client' ? 'originator' : 'responder';
  const stream = streams.get(`${line.stream.originator} ${line.stream.responder}`);
  const fin = stream?.endings.find(({ kind, from }) => kind === 'fin' && from === peer);
  const tsUs = line.resetFrame == null ? fin?.tsUs : frames[line.resetFrame - 1]?.tsUs;
  return tsUs ?? null;
}

/** By `originator responder`. */
function streamsByEnds(frames: readonly CapturedFrame[]): ReadonlyMap<string, TcpStream> {
  const streams = new Map<string, TcpStream>();
  const tracker = new FlowTracker({
    wanted: () => true,
    streamEnded: (stream) => {
      const [originator, responder] = [stream.originator, stream.responder].map((o) => endpointText(o.address, o.port));
      streams.set(`${originator} ${responder}`, stream);
    },
  });
  const decoder = new PacketDecoder();
  for (const frame of frames) if (decoder.decode(frame) === 'tcp') tracker.add(decoder.packet, null);
  tracker.end();
  return streams;
}

/** When the requests of each connection `*N` ended, microseconds: `$connection` and `$msec` are the first and fifth field. */
function requestTimes(accessLog: string): ReadonlyMap<number, readonly number[]> {
  const times = new Map<number, number[]>();
  for (const line of accessLog.split('\n')) {
    const [connection, , , , msec] = line.split(' ');
    if (msec === undefined) continue;
    const known = times.get(Number(connection)) ?? [];
    known.push(Math.round(Number(msec) * 1000) * 1000);
    times.set(Number(connection), known);
  }
  return times;
}

function splitLines(bytes: Uint8Array): readonly Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0, end = bytes.indexOf(LF); end >= 0; start = end + 1, end = bytes.indexOf(LF, start)) {
    lines.push(bytes.subarray(start, end));
  }
  return lines;
}
