/** Captures to the connections that can explain a line, and what the rest of the packets say about their ends. */
import { Surroundings } from '@resetscope/diagnosis';
import { type Connection, FlowTracker, type ResetCounts, type TcpStream } from '@resetscope/flow';
import { ClearError } from '@resetscope/telemetry';
import { addressText, CaptureReader, type CaptureSummary, type Packet, PacketDecoder, TcpFlag } from '@resetscope/wire';
import { readPieces } from './input-file.ts';

export interface CaptureContent {
  readonly streams: readonly TcpStream[];
  readonly surroundings: Surroundings;
  readonly resets: Readonly<ResetCounts>;
  readonly lostPackets: number | null;
  readonly warnings: readonly string[];
}

/** Several captures count as one, in the order given. @throws ClearError RS_FILE_UNREADABLE, RS_NOT_A_CAPTURE. */
export async function readCaptures(paths: readonly string[]): Promise<CaptureContent> {
  const streams: TcpStream[] = [];
  const surroundings = new Surroundings();
  const tracker = new FlowTracker({
    wanted: canExplain,
    streamEnded: (stream) => {
      streams.push(stream);
      surroundings.noteStream(stream);
    },
  });
  const decoder = new PacketDecoder();
  const warnings: string[] = [];
  let lostPackets: number | null = null;
  for (const path of paths) {
    const reader = new CaptureReader((frame) => {
      if (decoder.decode(frame) !== 'tcp') return;
      noteTtl(surroundings, decoder.packet);
      tracker.add(decoder.packet);
    });
    for await (const piece of readPieces(path, 'capture')) reader.push(piece);
    const summary = reader.end();
    warnings.push(...warningsOf(path, summary));
    if (summary.lostPackets !== null) lostPackets = (lostPackets ?? 0) + summary.lostPackets;
  }
  tracker.end();
  streams.sort((a, b) => a.index - b.index);
  return { streams, surroundings, resets: tracker.resets, lostPackets, warnings };
}

/** Connections that ended otherwise than nginx is content with: a RST, or an end inside an exchange. */
function canExplain(connection: Connection): boolean {
  if (connection.rstCount > 0) return true;
  const exchange = connection.conversation.current();
  if (connection.endings.length === 0) return false;
  const first = connection.endings[0]?.before.exchange ?? null;
  return exchange === null || first === null || first.responseState !== 'complete' || first.requestState !== 'complete';
}

/** A host's TTL is learnt from the packets that open connections: enough, and cheap. */
function noteTtl(surroundings: Surroundings, packet: Packet): void {
  if ((packet.flags & (TcpFlag.SYN | TcpFlag.RST)) !== TcpFlag.SYN) return;
  surroundings.noteTtl(addressText(packet.src0, packet.src1, packet.src2, packet.src3), packet.ttl);
}

function warningsOf(path: string, summary: CaptureSummary): readonly string[] {
  const { error } = summary;
  if (error?.kind === 'not-a-capture') {
    const looks = error.looksLike === null ? '' : `, which looks like ${error.looksLike}`;
    throw new ClearError(
      'RS_NOT_A_CAPTURE',
      `expected a pcap or pcapng capture at ${path}, got a file that starts with ${error.found}${looks}`,
      'name the capture',
    );
  }
  const warnings: string[] = [];
  if (error !== null)
    warnings.push(`${path}: ${error.kind} at byte ${error.offset} (${error.found}); analysed up to there`);
  if (summary.truncatedAt !== null)
    warnings.push(`${path} is cut at byte ${summary.truncatedAt}; analysed up to there`);
  return warnings;
}
