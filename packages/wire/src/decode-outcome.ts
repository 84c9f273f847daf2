/** What became of one frame: the closed list that decoders return and counters are labelled with. */

/** Every outcome, in the order a report lists them. */
export const DECODE_OUTCOMES = [
  /** A TCP segment: every field of the Packet is valid. */
  'tcp',
  /** ICMP or ICMPv6, whatever it quotes. */
  'icmp',
  'udp',
  /** A part of a larger IP packet, the first part too: nothing is reassembled. */
  'fragment',
  /** IP in IP, 6in4, GRE, VXLAN, Geneve, GTP-U, MPLS: recognised, not entered. */
  'tunnel',
  /** ARP, LLDP, spanning tree and everything else above the link layer. */
  'not-ip',
  /** Another protocol over IP. */
  'not-tcp',
  /** The capture cut the frame (snap length) inside a header that is needed. */
  'cut',
  /** A length or version field contradicts the frame. */
  'malformed',
  'unknown-link-type',
] as const;

/** Link and IP fields of the Packet are valid as far as the outcome implies they were read; TCP fields only after `tcp`. */
export type DecodeOutcome = (typeof DECODE_OUTCOMES)[number];
