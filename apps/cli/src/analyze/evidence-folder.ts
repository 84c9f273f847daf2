/** `--evidence DIR`: a pcapng per matched incident with the packets of its connection, read from the captures once more. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Incident } from '@resetscope/diagnosis';
import { evidenceNotes, evidencePcapng } from '@resetscope/report';
import { ClearError } from '@resetscope/telemetry';
import {
  addressText,
  type CapturedFrame,
  CaptureReader,
  endpointText,
  type Packet,
  PacketDecoder,
} from '@resetscope/wire';
import { readPieces } from './input-file.ts';

/** @throws ClearError when the folder cannot be written. */
export async function writeEvidence(
  folder: string,
  captures: readonly string[],
  incidents: readonly Incident[],
): Promise<void> {
  const wanted = new Map<string, CapturedFrame[]>();
  for (const { stream } of incidents) if (stream !== null) wanted.set(pairKey(stream.originator, stream.responder), []);
  await collect(captures, wanted);
  const nameOf = namesFor(incidents);
  try {
    await mkdir(folder, { recursive: true });
    for (const incident of incidents) {
      if (incident.stream === null) continue;
      const frames = wanted.get(pairKey(incident.stream.originator, incident.stream.responder)) ?? [];
      await writeFile(
        join(folder, nameOf(incident)),
        evidencePcapng(frames, evidenceNotes(incident.evidence), incident.sentence),
      );
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new ClearError(
      'RS_FILE_UNREADABLE',
      `expected to write evidence to ${folder}, got ${code}`,
      'choose a folder that can be written',
      error,
    );
  }
}

/** Line numbers are one log's own: with several logs each name says which, in the order in which they were given. */
function namesFor(incidents: readonly Incident[]): (incident: Incident) => string {
  const logs = [...new Set(incidents.map(({ line }) => line.file))];
  return ({ line, cause }) => {
    const log = logs.length > 1 ? `log-${logs.indexOf(line.file) + 1}-` : '';
    return `${log}line-${line.lineNumber}-${cause ?? 'unknown'}.pcapng`;
  };
}

async function collect(captures: readonly string[], wanted: ReadonlyMap<string, CapturedFrame[]>): Promise<void> {
  const decoder = new PacketDecoder();
  for (const path of captures) {
    const reader = new CaptureReader((frame) => {
      if (decoder.decode(frame) !== 'tcp') return;
      wanted.get(keyOf(decoder.packet))?.push({ ...frame, bytes: frame.bytes.slice() });
    });
    for await (const piece of readPieces(path, 'capture')) reader.push(piece);
    reader.end();
  }
}

function keyOf(p: Packet): string {
  const source = endpointText(addressText(p.src0, p.src1, p.src2, p.src3), p.srcPort);
  const destination = endpointText(addressText(p.dst0, p.dst1, p.dst2, p.dst3), p.dstPort);
  return pairKey(source, destination);
}

/** The same for both directions. */
function pairKey(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
