/**
 * Classic BPF (Linux Documentation/networking/filter.rst): the machine language of socket filters and of seccomp. Programs
 * are written with labels; this resolves them and lays out the bytes. What is worth accepting is decided elsewhere.
 */

/** One instruction: struct sock_filter of linux/filter.h. */
export interface BpfInstruction {
  readonly code: number;
  /** Instructions skipped when a jump's condition holds, and when not; 0..255. */
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** linux/bpf_common.h. */
export const Op = {
  /** A = word / half / byte at k. */
  LD_W: 0x20,
  LD_H: 0x28,
  LD_B: 0x30,
  /** A = half / byte at X + k. */
  LD_H_X: 0x48,
  LD_B_X: 0x50,
  /** X = k. */
  LDX: 0x01,
  /** X = 4 * (byte at k & 15): length of an IPv4 header. */
  LDX_IHL: 0xb1,
  /** A = A + k, A = A & k. */
  ADD: 0x04,
  AND: 0x54,
  /** X = A, A = X. */
  TAX: 0x07,
  TXA: 0x87,
  /** Skips k instructions. */
  JUMP: 0x05,
  JEQ: 0x15,
  JGE: 0x35,
  JSET: 0x45,
  RET: 0x06,
} as const;

/** linux/filter.h, SKF_NET_OFF: offsets from here on count from the network header. */
export const NETWORK_HEADER = -0x100000;
/** linux/filter.h, SKF_AD_OFF + SKF_AD_PROTOCOL: the EtherType behind an outer VLAN tag that the kernel took off, in host order. */
export const ETHER_TYPE = -0x1000;
/** linux/filter.h, SKF_AD_OFF + SKF_AD_HATYPE: hardware type of the interface (linux/if_arp.h). */
export const HARDWARE_TYPE: number = -0x1000 + 28;

/** linux/filter.h, SKF_AD_OFF + SKF_AD_PKTTYPE: whether the packet leaves or arrives (linux/if_packet.h). */
export const PACKET_TYPE: number = -0x1000 + 4;

/** linux/bpf_common.h, BPF_MAXINSNS: the kernel takes no longer program. */
export const MAX_INSTRUCTIONS = 4096;

/** An instruction before its jumps are resolved: labels instead of distances, none for the next line. */
export interface BpfLine {
  readonly label?: string;
  readonly code: number;
  readonly k: number;
  readonly yes?: string;
  readonly no?: string;
}

/** Only forward jumps; a conditional one reaches 255 lines, JUMP any distance. @throws RangeError for a label out of reach. */
export function resolveJumps(lines: readonly BpfLine[]): readonly BpfInstruction[] {
  const lineOf = new Map(lines.flatMap(({ label }, at) => (label === undefined ? [] : [[label, at] as const])));
  const distance = (at: number, label: string | undefined, reach: number): number => {
    const skipped = label === undefined ? 0 : (lineOf.get(label) ?? -1) - at - 1;
    if (skipped < 0 || skipped > reach) throw new RangeError(`line ${at} cannot jump to ${label}`);
    return skipped;
  };
  return lines.map(({ code, k, yes, no }, at) =>
    code === Op.JUMP
      ? { code, jt: 0, jf: 0, k: distance(at, yes, MAX_INSTRUCTIONS) }
      : { code, jt: distance(at, yes, 255), jf: distance(at, no, 255), k },
  );
}

/** struct sock_filter[]: u16 code, u8 jt, u8 jf, u32 k, in the byte order of the host (`littleEndian`). */
export function encodeFilter(program: readonly BpfInstruction[], littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * program.length));
  for (const [i, { code, jt, jf, k }] of program.entries()) {
    view.setUint16(8 * i, code, littleEndian);
    view.setUint8(8 * i + 2, jt);
    view.setUint8(8 * i + 3, jf);
    view.setUint32(8 * i + 4, k >>> 0, littleEndian);
  }
  return new Uint8Array(view.buffer);
}
