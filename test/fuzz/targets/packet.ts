/** One frame: the first byte picks the link type, the second how much of the frame the capture left out. */
import {
  addressText,
  buildTcpFrame,
  buildTcpPacket,
  type CapturedFrame,
  DECODE_OUTCOMES,
  LinkType,
  type Packet,
  PacketDecoder,
  readTcpOptions,
  TcpFlag,
} from '@resetscope/wire';
import { expectSame, type FuzzTarget, promise } from '../target.ts';

const LINK_TYPES: readonly number[] = Object.values(LinkType);

function frameOf(input: Uint8Array): CapturedFrame {
  const bytes = input.subarray(2);
  const linkType = LINK_TYPES[(input[0] ?? 0) % LINK_TYPES.length] ?? 0;
  return { frameNumber: 1, tsUs: 0, linkType, wireLen: bytes.length + (input[1] ?? 0), bytes };
}

/** Used again and again, as in a capture: nothing of the frame before may show. */
const used = new PacketDecoder();

function run(input: Uint8Array): void {
  const frame = frameOf(input);
  const fresh = new PacketDecoder();
  const outcome = fresh.decode(frame);
  promise('expected a known outcome', DECODE_OUTCOMES.includes(outcome), outcome);
  expectSame('the frame before', outcome, used.decode(frame));
  if (outcome !== 'tcp') return;
  expectSame('the frame before', fieldsOf(fresh.packet), fieldsOf(used.packet));
  checkLengths(fresh.packet, frame);
}

function fieldsOf(packet: Packet): readonly unknown[] {
  return Object.values(packet).filter((value) => typeof value !== 'object');
}

function checkLengths(packet: Packet, { bytes }: CapturedFrame): void {
  const { payloadOffset, payloadLen, capturedPayloadLen, tcpHeaderLen, optionsOffset, optionsLen, ipOffset } = packet;
  promise('expected a payload in the frame', payloadOffset >= 0 && payloadOffset + capturedPayloadLen <= bytes.length, [
    payloadOffset,
    capturedPayloadLen,
  ]);
  promise('expected no more captured than sent', capturedPayloadLen >= 0 && capturedPayloadLen <= payloadLen, [
    capturedPayloadLen,
    payloadLen,
  ]);
  promise('expected a header of 20 to 60 bytes', tcpHeaderLen >= 20 && tcpHeaderLen <= 60, tcpHeaderLen);
  promise(
    'expected options in the header',
    optionsLen >= 0 && optionsLen <= tcpHeaderLen - 20 && ipOffset < optionsOffset,
    optionsLen,
  );
  promise('expected payload behind the options', optionsOffset + optionsLen === payloadOffset, payloadOffset);
  addressText(packet.src0, packet.src1, packet.src2, packet.src3);
  const options = readTcpOptions(bytes.subarray(optionsOffset, optionsOffset + optionsLen));
  promise('expected at most 40 options', options.length <= 40, options.length);
}

function seeds(): readonly Uint8Array[] {
  const spec = {
    srcPort: 51000,
    dstPort: 80,
    flags: TcpFlag.PSH | TcpFlag.ACK,
    payload: new Uint8Array(9),
    options: [
      { kind: 'timestamps', tsval: 1, tsecr: 2 },
      { kind: 'sack', blocks: [[1, 2]] },
    ],
  } as const;
  const v4 = { ...spec, src: '10.0.0.1', dst: '10.0.0.2' };
  const v6 = { ...spec, src: 'fd77::1', dst: 'fd77::2' };
  const ethernet = [buildTcpFrame(v4), buildTcpFrame({ ...v6, vlan: 7 })].map((bytes) => Uint8Array.of(0, 0, ...bytes));
  const bare = LINK_TYPES.flatMap((_, index) =>
    [v4, v6].map((s) => Uint8Array.of(index, 0, ...linkHeader(LINK_TYPES[index] ?? 0), ...buildTcpPacket(s))),
  );
  return [...ethernet, ...bare];
}

/** Cooked headers, and loopback's four bytes; nothing for raw IP. */
function linkHeader(linkType: number): readonly number[] {
  const cooked = new Array<number>(14).fill(0);
  if (linkType === LinkType.LINUX_SLL) return [...cooked, 8, 0];
  if (linkType === LinkType.LINUX_SLL2) return [8, 0, ...cooked, 0, 0, 0, 0];
  return linkType === LinkType.NULL ? [2, 0, 0, 0] : [];
}

const WORDS = [
  [8, 0],
  [0x86, 0xdd],
  [0x81, 0, 0, 7],
  [0x88, 0xa8, 0, 7],
  [0x88, 0x47],
  [0x45, 0],
  [0x60, 0, 0, 0],
  [6],
  [17],
  [47],
  [44],
  [43],
  [0],
  [60],
  [1, 1, 8, 10],
  [5, 10],
].map((word) => Uint8Array.from(word));

export const packet: FuzzTarget = { name: 'packet', maxLen: 260, seeds, words: WORDS, run };
