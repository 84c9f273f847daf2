/** Frame to Packet: link layer, IP, TCP, in one pass without allocation.
 *
 *  const decoder = new PacketDecoder();
 *  if (decoder.decode(frame) === 'tcp') tracker.add(decoder.packet);
 */
import type { CapturedFrame, FrameWindow } from './captured-frame.ts';
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
    packet.setFrame(frame.bytes, 0, frame.bytes.length);
    return decodeLink(packet, frame.linkType);
  }

  /** The same for a frame in the middle of other bytes: no view is made for it. */
  decodeWindow(frame: FrameWindow): DecodeOutcome {
    const { packet } = this;
    packet.frameNumber = frame.frameNumber;
    packet.tsUs = frame.tsUs;
    packet.wireLen = frame.wireLen;
    packet.setFrame(frame.source, frame.start, frame.end);
    return decodeLink(packet, frame.linkType);
  }
}

function decodeLink(packet: Packet, linkType: number): DecodeOutcome {
  const at = findNetworkHeader(packet, linkType);
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
