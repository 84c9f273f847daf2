/** The packets of an incident as a capture file that explains itself: Wireshark shows each claim at its packet. */
import { type CapturedFrame, type CommentedFrame, writePcapng } from '@resetscope/wire';
import { visibleLines } from './visible-text.ts';

/** shb_userappl (draft-ietf-opsawg-pcapng section 4.1). */
const APPLICATION = 'resetscope';

/**
 * pcapng bytes of the frames in the order given. `notes`: frame.number -> comment of that packet (opt_comment);
 * `sentence`: comment of the section. Frame numbers in Wireshark are positions in this file.
 */
export function evidencePcapng(
  frames: Iterable<CapturedFrame>,
  notes: ReadonlyMap<number, string>,
  sentence: string,
): Uint8Array {
  return writePcapng(commentFrames(frames, notes), { comment: visibleLines(sentence), application: APPLICATION });
}

function* commentFrames(
  frames: Iterable<CapturedFrame>,
  notes: ReadonlyMap<number, string>,
): Generator<CommentedFrame> {
  for (const frame of frames) {
    const note = notes.get(frame.frameNumber);
    yield note === undefined ? frame : { ...frame, comment: visibleLines(note) };
  }
}
