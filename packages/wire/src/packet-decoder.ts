/** Frame to Packet: link layer, IP, TCP, in one pass without allocation.
 *
 *  const decoder = new PacketDecoder();
 *  if (decoder.decode(frame) === 'tcp') tracker.add(decoder.packet);
 */
import type { CapturedFrame } from './captured-frame.ts';
import type { DecodeOutcome } from './decode-outcome.ts';
import { decodeIpv4, decodeIpv6 } from './ip.ts';
import { EtherType, findNetworkHeader, LINK_TOO_SHORT, LINK_UNKNOWN } from './link-header.ts';
import { Packet, tooShort } from './packet.ts';

export class PacketDecoder {
  /** Overwritten by each decode. */
  readonly packet: Packet = new Packet();

  /** Never throws. The packet's `bytes` stay those of the frame: a view. */
  decode(frame: CapturedFrame): DecodeOutcome {
    const { packet } = this;
    packet.frameNumber = frame.frameNumber;
    packet.tsUs = frame.tsUs;
    packet.wireLen = frame.wireLen;
    packet.bytes = frame.bytes;
    const at = findNetworkHeader(packet, frame.linkType);
    if (at === LINK_TOO_SHORT) return tooShort(packet);
    if (at === LINK_UNKNOWN) return 'unknown-link-type';
    switch (packet.etherType) {
      case EtherType.IPV4:
        return decodeIpv4(packet, at);
      case EtherType.IPV6:
        return decodeIpv6(packet, at);
      case EtherType.MPLS:
      case EtherType.MPLS_MULTICAST:
        return 'tunnel';
      default:
        return 'not-ip';
    }
  }
}
