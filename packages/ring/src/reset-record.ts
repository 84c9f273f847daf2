/** A reset as the index of a block lists it. */
import type { TimestampUs } from '@resetscope/wire';

export interface ResetRecord {
  readonly tsUs: TimestampUs;
  /** Address of the sender, in the canonical text of its family. */
  readonly src: string;
  readonly srcPort: number;
  readonly dst: string;
  readonly dstPort: number;
  /** TcpFlag bits; RST is one of them. */
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
}
