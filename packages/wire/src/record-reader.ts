/** What CaptureReader needs from a file format: how long a record is, and what is in it. */

import type { CaptureFault, CaptureInterface } from './capture-summary.ts';

/** Where and why a record cannot be read. `at`: offset in the bytes given. */
export interface RecordFault {
  readonly kind: CaptureFault;
  readonly at: number;
  readonly found: string;
}

/** Bytes that start with a record, and the same bytes as a DataView. */
export interface ByteWindow {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Stateful: a file header or an interface description changes how later records read. */
export interface RecordReader {
  readonly format: 'pcap' | 'pcapng';
  /** Bytes of a record that must be there before recordLen may be asked. */
  readonly headLen: number;
  /** Length of the record at `at`, header included, as the file says: not yet checked against any limit. */
  recordLen(window: ByteWindow, at: number): number | RecordFault;
  /** The whole record is there. Hands over at most one frame. */
  readRecord(window: ByteWindow, at: number, len: number): RecordFault | null;
  readonly interfaces: readonly CaptureInterface[];
  readonly skippedBlocks: number;
  readonly lostPackets: number | null;
}
