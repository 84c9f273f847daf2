/** A block unpacked for reading: its records, and which of them belong to which connection. */
import { PacketDecoder } from '@resetscope/wire';
import { type BlockRecords, type ReadRecord, readRecord } from './block.ts';
import { type Endpoints, hashEndpoints, sameConnection } from './connection-key.ts';
import { IcmpQuote } from './icmp-quote.ts';
import type { RingFrame } from './ring-frame.ts';

/** Whose record it is; both objects are filled again for the next one. */
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
  private readonly records: BlockRecords;
  private readonly positions: ReadonlyMap<number, readonly number[]>;
  private readonly endpoints = new EndpointReader();

  constructor(records: BlockRecords) {
    this.records = records;
    this.positions = this.mapConnections();
  }

  /** Memory it holds, roughly. */
  get bytes(): number {
    return this.records.bytes.length * 2;
  }

  /** Copies of the connection's frames, in order of capture. `hash`: hashEndpoints(ends). */
  framesOf(ends: Endpoints, hash: number): readonly RingFrame[] {
    const frames: RingFrame[] = [];
    for (const position of this.positions.get(hash) ?? []) {
      const frame = readRecord(this.records, position)?.frame;
      if (frame === undefined) continue;
      const found = this.endpoints.read(frame);
      if (found !== null && sameConnection(found, ends)) frames.push({ ...frame, bytes: frame.bytes.slice() });
    }
    return frames;
  }

  /** Every record in order with its endpoints, which are valid until the next one. */
  *packets(): Generator<{ readonly tsUs: number; readonly ends: Endpoints }> {
    for (const { frame } of this.walk()) {
      const ends = this.endpoints.read(frame);
      if (ends !== null) yield { tsUs: frame.tsUs, ends };
    }
  }

  private mapConnections(): Map<number, number[]> {
    const positions = new Map<number, number[]>();
    let position = 0;
    for (const { frame, next } of this.walk()) {
      const ends = this.endpoints.read(frame);
      if (ends !== null) {
        const hash = hashEndpoints(ends);
        const list = positions.get(hash);
        if (list === undefined) positions.set(hash, [position]);
        else list.push(position);
      }
      position = next;
    }
    return positions;
  }

  private *walk(): Generator<ReadRecord> {
    let record = readRecord(this.records, 0);
    while (record !== null) {
      yield record;
      record = readRecord(this.records, record.next);
    }
  }
}
