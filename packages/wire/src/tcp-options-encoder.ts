/** The inverse of readTcpOptions, for frames that tests and examples are made of. */
import { joinBytes } from './join-bytes.ts';
import { type TcpOption, TcpOptionCode } from './tcp.ts';

/** Padded to 4 bytes with leading NOPs, so that timestamps alone take the usual layout (RFC 7323 appendix A).
 *  More than 40 bytes do not fit a header: the caller's to heed. */
export function encodeTcpOptions(options: readonly TcpOption[]): Uint8Array {
  const encoded = joinBytes(options.map(encodeOption));
  const padding = new Uint8Array(-encoded.length & 3).fill(TcpOptionCode.NOP);
  return joinBytes([padding, encoded]);
}

function encodeOption(option: TcpOption): Uint8Array {
  switch (option.kind) {
    case 'mss':
      return Uint8Array.of(TcpOptionCode.MSS, 4, option.value >>> 8, option.value);
    case 'window-scale':
      return Uint8Array.of(TcpOptionCode.WINDOW_SCALE, 3, option.shift);
    case 'sack-permitted':
      return Uint8Array.of(TcpOptionCode.SACK_PERMITTED, 2);
    case 'sack':
      return encodeWords(TcpOptionCode.SACK, option.blocks.flat());
    case 'timestamps':
      return encodeWords(TcpOptionCode.TIMESTAMPS, [option.tsval, option.tsecr]);
    case 'unknown':
      return joinBytes([Uint8Array.of(option.code, option.data.length + 2), option.data]);
  }
}

function encodeWords(code: number, words: readonly number[]): Uint8Array {
  const option = new DataView(new ArrayBuffer(2 + words.length * 4));
  option.setUint8(0, code);
  option.setUint8(1, option.byteLength);
  for (const [index, word] of words.entries()) option.setUint32(2 + index * 4, word);
  return new Uint8Array(option.buffer);
}
