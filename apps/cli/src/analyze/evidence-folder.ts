/**
 * `--evidence DIR`: a pcapng per connection with a verdict, its packets and what they prove. The captures are read once more, and
 * what is found is written out piece by piece: memory does not grow with the connections.
 */
import { mkdir } from 'node:fs/promises';
import type { Incident } from '@resetscope/diagnosis';
import type { TcpStream } from '@resetscope/flow';
import { evidenceNotes } from '@resetscope/report';
import { ClearError } from '@resetscope/telemetry/clear-error';
import { type FrameWindow, PacketDecoder } from '@resetscope/wire';
import { readCaptureFiles } from './capture-file.ts';
import { EvidenceFile } from './evidence-file.ts';
import type { InputFile } from './input-file.ts';
import { notWritten } from './not-written.ts';
import type { ReadMeter } from './read-meter.ts';
import { StreamsByPacket } from './streams-by-packet.ts';

/** What goes into one file. */
export interface EvidenceCase {
  readonly verdict: Pick<Incident, 'evidence' | 'sentence' | 'cause'>;
  /** Null: no line speaks of the connection. */
  readonly line: Incident['line'] | null;
  readonly stream: TcpStream;
  /** The other connection of the request; null: not known. */
  readonly other: TcpStream | null;
}

/** Files of an earlier run in the folder are replaced. @throws ClearError when something cannot be written. */
export async function writeEvidence(
  folder: string,
  captures: readonly InputFile[],
  cases: readonly EvidenceCase[],
  meter: ReadMeter,
): Promise<void> {
  const files: EvidenceFile[] = [];
  try {
    await mkdir(folder, { recursive: true });
    const nameOf = namesFor(cases);
    const byPacket = new StreamsByPacket<EvidenceFile>();
    for (const one of cases) {
      const { evidence, sentence } = one.verdict;
      const file = new EvidenceFile(folder, nameOf(one), evidenceNotes(evidence), sentence);
      files.push(file);
      byPacket.add(one.stream, file);
      if (one.other !== null) byPacket.add(one.other, file);
    }
    await collect(captures, byPacket, meter);
    for (const file of files) file.finish();
  } catch (error) {
    for (const file of files) file.abandon();
    throw error instanceof ClearError
      ? error
      : notWritten(`evidence to ${folder}`, error, 'choose a folder that can be written');
  }
}

/** Line numbers are one log's own: with several logs each name says which, in the order in which they were given. */
function namesFor(cases: readonly EvidenceCase[]): (one: EvidenceCase) => string {
  const logs = [...new Set(cases.flatMap(({ line }) => (line === null ? [] : [line.file])))];
  return ({ line, stream, verdict }) => {
    const log = line !== null && logs.length > 1 ? `log-${logs.indexOf(line.file) + 1}-` : '';
    const place = line === null ? `stream-${stream.index}` : `line-${line.lineNumber}`;
    return `${log}${place}-${verdict.cause ?? 'unknown'}.pcapng`;
  };
}

async function collect(
  captures: readonly InputFile[],
  files: StreamsByPacket<EvidenceFile>,
  meter: ReadMeter,
): Promise<void> {
  const decoder = new PacketDecoder();
  const touched = new Set<EvidenceFile>();
  const collectFrame = (frame: FrameWindow): void => {
    if (decoder.decodeWindow(frame) !== 'tcp') return;
    for (const file of files.of(decoder.packet)) {
      file.add(frame);
      touched.add(file);
    }
  };
  const flush = (): void => {
    for (const file of touched) file.flush();
    touched.clear();
  };
  await readCaptureFiles(captures, collectFrame, flush, meter);
}
