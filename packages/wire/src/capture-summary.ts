/** What a capture file was, once it has been read to its end or to where it went wrong. Data only. */

/** What a file that is no capture looks like by its first bytes; null: like nothing known here. */
export type FileLook = 'empty' | 'gzip' | 'zstd' | 'zip' | 'xz' | 'bzip2' | 'snoop' | 'text' | null;

/** Why reading stopped. `offset`: byte in the file; `found`: what stood there, in words for a person. */
export type CaptureError =
  | { readonly kind: 'not-a-capture'; readonly offset: 0; readonly found: string; readonly looksLike: FileLook }
  | { readonly kind: CaptureFault; readonly offset: number; readonly found: string };

export type CaptureFault =
  | 'unsupported-version'
  /** The length field exceeds CaptureLimits.maxRecordLen: a damaged file. */
  | 'record-too-long'
  /** A pcapng block length that is below 12, no multiple of 4, or unlike its repetition at the end. */
  | 'bad-block-length'
  /** A field inside a pcapng block points past its end. */
  | 'bad-block'
  /** pcapng: neither byte order of the byte-order magic. */
  | 'bad-byte-order'
  /** pcapng: a packet of an interface that its section has not described. */
  | 'unknown-interface'
  /** pcapng: more than CaptureLimits.maxInterfaces. */
  | 'too-many-interfaces';

export interface CaptureLimits {
  /** Bytes of one record or block, its header included. */
  readonly maxRecordLen: number;
  /** Interface descriptions in one file. */
  readonly maxInterfaces: number;
}

/** 16 MiB is the block limit of libpcap (sf-pcapng.c, MAX_BLOCKSIZE). Interfaces: 16-bit ids of the old packet block. */
export const DEFAULT_CAPTURE_LIMITS: CaptureLimits = { maxRecordLen: 16 * 1024 * 1024, maxInterfaces: 65_536 };

/** One pcapng interface description, or the single interface of a pcap file. */
export interface CaptureInterface {
  readonly linkType: number;
  /** Bytes; 0: no limit. */
  readonly snapLen: number;
  /** if_name; bytes that are not printable ASCII show as U+FFFD. null: not named. */
  readonly name: string | null;
}

export interface CaptureSummary {
  readonly format: 'pcap' | 'pcapng' | null;
  /** Frames handed over. */
  readonly frames: number;
  /** Of these without a time (pcapng simple packet blocks): tsUs is 0. */
  readonly framesWithoutTime: number;
  /** Distinct, in order of appearance. */
  readonly linkTypes: readonly number[];
  /** In file order, over all sections. */
  readonly interfaces: readonly CaptureInterface[];
  /** pcapng blocks of a type that is not read here (names, secrets, custom). */
  readonly skippedBlocks: number;
  /** Packets the capturing side says it dropped (isb_ifdrop + isb_osdrop, or epb_dropcount). null: it does not say. */
  readonly lostPackets: number | null;
  /** Offset of the record in whose middle the file ends; null: the file ends with a whole record. */
  readonly truncatedAt: number | null;
  /** null: read to the end. Frames before the error were handed over. */
  readonly error: CaptureError | null;
}
