/** The packets of an incident as a capture file that explains itself: Wireshark shows each claim at its packet. */
import { type CapturedFrame, encodeEnhancedPacket, encodeInterface, encodeSectionHeader } from '@resetscope/wire';
import { visibleLines } from './visible-text.ts';

/** shb_userappl (draft-ietf-opsawg-pcapng section 4.1). */
const APPLICATION = 'resetscope';

/** Makes the blocks of one file, one after the other: what is written out need not be held. */
export class EvidencePcapng {
  readonly #notes: ReadonlyMap<number, string>;
  readonly #interfaceIds = new Map<number, number>();

  /** notes: frame.number -> comment of that packet (opt_comment). */
  constructor(notes: ReadonlyMap<number, string>) {
    this.#notes = notes;
  }

  /** First; `sentence`: comment of the section. */
  head(sentence: string): Uint8Array {
    return encodeSectionHeader({ comment: visibleLines(sentence), application: APPLICATION });
  }

  /** Before the first frame of a link type comes the block that describes it. The frame's bytes are copied. */
  frame(frame: CapturedFrame): readonly Uint8Array[] {
    const { frameNumber, linkType, tsUs, wireLen, bytes } = frame;
    const known = this.#interfaceIds.get(linkType);
    const interfaceId = known ?? this.#interfaceIds.size;
    this.#interfaceIds.set(linkType, interfaceId);
    const note = this.#notes.get(frameNumber);
    const comments = note === undefined ? [] : [visibleLines(note)];
    const packet = encodeEnhancedPacket({ interfaceId, tsUs, wireLen, bytes, comments });
    return known === undefined ? [encodeInterface({ linkType }), packet] : [packet];
  }
}

/** A whole file: the frames in the order given. Frame numbers in Wireshark are positions in this file. */
export function evidencePcapng(
  frames: Iterable<CapturedFrame>,
  notes: ReadonlyMap<number, string>,
  sentence: string,
): Uint8Array {
  const file = new EvidencePcapng(notes);
  const blocks = [file.head(sentence)];
  for (const frame of frames) blocks.push(...file.frame(frame));
  const bytes = new Uint8Array(blocks.reduce((len, block) => len + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    bytes.set(block, at);
    at += block.length;
  }
  return bytes;
}
