export { type AddressWords, addressText, endpointText, parseAddress } from './address.ts';
export { AddressTexts } from './address-texts.ts';
export { CaptureReader, type CaptureReaderOptions } from './capture-reader.ts';
export {
  type CaptureError,
  type CaptureFault,
  type CaptureInterface,
  type CaptureLimits,
  type CaptureSummary,
  DEFAULT_CAPTURE_LIMITS,
  type FileLook,
} from './capture-summary.ts';
export { type CapturedFrame, FrameWindow, type TimestampUs } from './captured-frame.ts';
export { internetChecksum } from './checksum.ts';
export { DECODE_OUTCOMES, type DecodeOutcome } from './decode-outcome.ts';
export { buildTcpFrame, buildTcpPacket, type TcpFrameSpec } from './frame-builder.ts';
export { joinBytes } from './join-bytes.ts';
export { LinkType } from './link-header.ts';
export { Packet } from './packet.ts';
export { PacketDecoder } from './packet-decoder.ts';
export { type PcapFormat, writePcap } from './pcap-writer.ts';
export {
  type CommentedFrame,
  type EnhancedPacket,
  encodeEnhancedPacket,
  encodeInterface,
  encodeSectionHeader,
  type InterfaceDescription,
  type SectionHeader,
  writePcapng,
} from './pcapng-writer.ts';
export { readCapture } from './read-capture.ts';
export { type Seq, seqDiff } from './seq.ts';
export { formatFlags, readTcpOptions, TcpFlag, type TcpOption } from './tcp.ts';
export { encodeTcpOptions } from './tcp-options-encoder.ts';
