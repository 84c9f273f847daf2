/**
 * The part of the kernel's classic BPF (net/core/filter.c) that the programs here use, run by hand: an out-of-range load ends
 * the program with 0, and loads below 0 are the network header and the kernel's extensions.
 */
import { type BpfInstruction, ETHER_TYPE, HARDWARE_TYPE, NETWORK_HEADER } from '../bpf.ts';

export interface BpfInput {
  readonly bytes: Uint8Array;
  /** Offset of the network header; default 0. */
  readonly networkAt?: number;
  /** What the extensions say; default 0. */
  readonly etherType?: number;
  readonly hardwareType?: number;
  /** Words are read in this order; packets are big endian, seccomp's data is not. */
  readonly littleEndian?: boolean;
}

/** Returns what the program returns: for a packet the snap length, 0 when it is rejected. */
export function runBpf(program: readonly BpfInstruction[], input: BpfInput): number {
  const view = new DataView(input.bytes.buffer, input.bytes.byteOffset, input.bytes.byteLength);
  const at = (offset: number): number => (offset < 0 ? offset - NETWORK_HEADER + (input.networkAt ?? 0) : offset);
  const byte = (offset: number): number => view.getUint8(at(offset));
  const half = (offset: number): number => view.getUint16(at(offset));
  const word = (offset: number): number => {
    if (offset === ETHER_TYPE) return input.etherType ?? 0;
    if (offset === HARDWARE_TYPE) return input.hardwareType ?? 0;
    return view.getUint32(at(offset), input.littleEndian ?? false);
  };
  let a = 0;
  let x = 0;
  try {
    for (let pc = 0; ; pc++) {
      const { code, jt, jf, k } = program[pc] as BpfInstruction;
      if (code === 0x20) a = word(k);
      else if (code === 0x28) a = half(k);
      else if (code === 0x30) a = byte(k);
      else if (code === 0x48) a = half(x + k);
      else if (code === 0x50) a = byte(x + k);
      else if (code === 0x01) x = k;
      else if (code === 0xb1) x = (byte(k) & 15) * 4;
      else if (code === 0x04) a += k;
      else if (code === 0x54) a &= k;
      else if (code === 0x07) x = a;
      else if (code === 0x87) a = x;
      else if (code === 0x05) pc += k;
      else if (code === 0x15) pc += a === k ? jt : jf;
      else if (code === 0x35) pc += a >= k ? jt : jf;
      else if (code === 0x45) pc += (a & k) !== 0 ? jt : jf;
      else if (code === 0x06) return k;
      else throw new Error(`no such instruction: ${code}`);
    }
  } catch (error) {
    if (error instanceof RangeError) return 0;
    throw error;
  }
}
