/** A block unpacked for reading: its frames, and which of them belong to which connection. */
import { PacketDecoder } from '@resetscope/wire';
import { type Endpoints, hashEndpoints, sameConnection } from './connection-key.ts';
import { IcmpQuote } from './icmp-quote.ts';
import type { RingFrame } from './ring-frame.ts';

/** What a frame takes beside its bytes: the object, its view and its place in a list. */
const FRAME_OVERHEAD = 256;

/** Whose frame it is; both objects are filled again for the next one. */
class EndpointReader {
  private readonly decoder = new PacketDecoder();
  private readonly quote = new IcmpQuote();

  /** null: no TCP connection. */
  read(frame: RingFrame): Endpoints | null {
    const outcome = this.decoder.decode(frame);
    if (outcome === 'tcp') return this.decoder.packet;
    return outcome === 'icmp' && this.quote.read(this.decoder.packet) ? this.quote : null;
  }
}

export class OpenedBlock {
  private readonly frames: readonly RingFrame[];
  private readonly byHash: ReadonlyMap<number, readonly RingFrame[]>;
  private readonly endpoints = new EndpointReader();

  constructor(frames: readonly RingFrame[]) {
    this.frames = frames;
    this.byHash = this.mapConnections();
  }

  /** Memory it holds, roughly. */
  get bytes(): number {
    return this.frames.reduce((sum, { bytes }) => sum + bytes.length + FRAME_OVERHEAD, 0);
  }

  /** The connection's frames, in order of capture. `hash`: hashEndpoints(ends). */
  framesOf(ends: Endpoints, hash: number): readonly RingFrame[] {
    return (this.byHash.get(hash) ?? []).filter((frame) => {
      const found = this.endpoints.read(frame);
      return found !== null && sameConnection(found, ends);
    });
  }

  /** Every frame in order with its endpoints, which are valid until the next one. */
  *packets(): Generator<{ readonly tsUs: number; readonly ends: Endpoints }> {
    for (const frame of this.frames) {
      const ends = this.endpoints.read(frame);
      if (ends !== null) yield { tsUs: frame.tsUs, ends };
    }
  }

  private mapConnections(): Map<number, RingFrame[]> {
    const byHash = new Map<number, RingFrame[]>();
    for (const frame of this.frames) {
      const ends = this.endpoints.read(frame);
      if (ends === null) continue;
      const hash = hashEndpoints(ends);
      const list = byHash.get(hash);
      if (list === undefined) byHash.set(hash, [frame]);
      else list.push(frame);
    }
    return byHash;
  }
}
