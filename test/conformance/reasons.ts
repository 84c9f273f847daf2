/**
 * Why tshark or Zeek says otherwise: a closed list. Which one holds is decided by a rule over the trace (tshark.ts, zeek.ts), and
 * what it says can be checked where it points to; Zeek at commit a13de64f. `unexplained`: no rule holds, and a test fails.
 */
export const REASONS = {
  'link-type':
    'The link type is not read here, and its frames are counted. Read are Ethernet, raw IP, NULL, LOOP, SLL and SLL2.',
  tunnel:
    'The packets run inside a tunnel (IP in IP, GRE, VXLAN, Geneve, MPLS). Tunnels are recognised and counted, not entered.',
  fragment: 'The packets are IP fragments. Fragments are counted, not reassembled.',
  cut: 'The snap length cut the packet inside its headers.',
  malformed:
    'A length in the headers contradicts the packet, such as a data offset past its end. A kernel drops it (Linux net/ipv4/tcp_ipv4.c, tcp_v4_rcv), Zeek skips it (TCP.cc, ExtractTCP_Header), here it is counted. tshark takes what is there for a segment, and a SYN among it for a new connection.',
  'icmp-quote':
    'tshark gives a stream number also to a TCP header that an ICMP error quotes, when the capture has no packet of that connection. Numbers here count the connections that have packets.',
  numbering: 'Connections before it are not seen, for the reasons listed with them, so that its number is lower.',
  'syn-and-rst':
    'SYN and RST in one segment: a reset here, which opens nothing, so nobody is known to be the originator.',
  'zeek-options':
    'This run of Zeek had options that change what is counted: verified checksums, a packet filter, or VLAN ids in the key of a connection.',
  'zeek-attempt-timer':
    'Zeek removes a connection 5 s after its SYN when the other side has not answered, and what follows is another connection (tcp_attempt_delay; TCPSessionAdapter.cc, AttemptTimer). tshark has one stream.',
  'zeek-reset-timer':
    'Zeek removes a connection 5 s after a RST, and what follows is another connection (tcp_reset_delay; TCPSessionAdapter.cc, ResetTimer). tshark has one stream.',
  'zeek-syn-after-close':
    'A SYN on a connection that is over begins another one for Zeek, also with the same sequence number (TCPSessionAdapter.cc, IsReuse). tshark begins a stream at a new sequence number only.',
  'zeek-cut-payload':
    'The snap length cut payloads. Zeek does not give cut segments to its reassembler, takes their bytes for gaps and counts the acknowledgments of them (G; TCP_Endpoint.cc, DataSent). Here lengths count, as the IP header tells them.',
  'one-sided':
    'No packet of that side is in the capture. Its bytes here are those that the other side acknowledged (missedBytes says so); Zeek counts none.',
  unexplained: 'No rule explains it.',
} as const;

export type Reason = keyof typeof REASONS;
