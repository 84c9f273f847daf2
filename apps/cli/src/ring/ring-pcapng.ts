/** Frames of a ring as blocks of one pcapng section: an interface block for each interface and link type, comments where packets are missing. */
import { visibleLines } from '@resetscope/report';
import type { Gap, RingFrame } from '@resetscope/ring';
import { encodeEnhancedPacket, encodeInterface, encodeSectionHeader } from '@resetscope/wire';
import { gapText } from './stat-text.ts';

/** shb_userappl (draft-ietf-opsawg-pcapng section 4.1). */
const APPLICATION = 'resetscope';

/** What a reader of the packets has to know (packages/ring README, "What is kept"). */
const KEPT = [
  'Payload is trimmed: of a segment only an HTTP/1 head or TLS handshake records at its start are kept, up to a limit; never a body.',
  'Values of Authorization, Cookie and other credentials, and of such query parameters, are overwritten with "*": checksums of such segments do not fit.',
];

export class RingPcapng {
  private readonly interfaceIds = new Map<string, number>();
  /** In order of time; those not told of yet. */
  private gaps: readonly Gap[];

  /** gaps: known beforehand. */
  constructor(gaps: readonly Gap[]) {
    this.gaps = gaps;
  }

  /** First. subject: what was asked for. */
  head(subject: string): Uint8Array {
    const gaps = this.gaps.map((gap) => `Missing: ${gapText(gap)}`);
    return encodeSectionHeader({
      comment: visibleLines([subject, ...KEPT, ...gaps].join('\n')),
      application: APPLICATION,
    });
  }

  /** A gap found meanwhile: told at the next packet. */
  addGap(gap: Gap): void {
    this.gaps = [...this.gaps, gap].sort((a, b) => a.fromUs - b.fromUs);
  }

  /** In order of time. */
  frame({ ifIndex, linkType, tsUs, wireLen, bytes }: RingFrame): readonly Uint8Array[] {
    const name = `${ifIndex} ${linkType}`;
    const known = this.interfaceIds.get(name);
    const interfaceId = known ?? this.interfaceIds.size;
    this.interfaceIds.set(name, interfaceId);
    const comments = this.takeGaps(tsUs).map((gap) => `Packets are missing before this one: ${gapText(gap)}`);
    const packet = encodeEnhancedPacket({ interfaceId, tsUs, wireLen, bytes, comments });
    return known === undefined ? [encodeInterface({ linkType, name: `ifindex ${ifIndex}` }), packet] : [packet];
  }

  private takeGaps(tsUs: number): readonly Gap[] {
    if (this.gaps[0] === undefined || this.gaps[0].fromUs > tsUs) return [];
    const passed = this.gaps.filter(({ fromUs }) => fromUs <= tsUs);
    this.gaps = this.gaps.filter(({ fromUs }) => fromUs > tsUs);
    return passed;
  }
}
