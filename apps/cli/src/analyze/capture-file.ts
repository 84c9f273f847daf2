/** Capture files from the first frame to the last, or to where they go wrong. */
import { ClearError } from '@resetscope/telemetry/clear-error';
import { CaptureReader, type CaptureSummary, type FileLook, type FrameWindow } from '@resetscope/wire';
import { type InputFile, readPieces } from './input-file.ts';
import { type ReadMeter, SILENT_METER } from './read-meter.ts';

export interface CaptureFileEnd {
  /** Packets the capturing side says it dropped; null: it does not say. */
  readonly lostPackets: number | null;
  /** What a reader of the result has to know of the file, a sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Several captures as one, in the order given: frame numbers go on from file to file, as in what `mergecap -a` makes of them.
 * onFrame: the frame is valid during the call only. pieceRead: awaited after the frames of each piece of a file, about a
 * megabyte; here output may wait for its reader. @throws ClearError RS_FILE_UNREADABLE, RS_NOT_A_CAPTURE.
 */
export async function readCaptureFiles(
  files: readonly InputFile[],
  onFrame: (frame: FrameWindow) => void,
  pieceRead: () => Promise<void> | void = () => {},
  meter: ReadMeter = SILENT_METER,
): Promise<readonly CaptureFileEnd[]> {
  const ends: CaptureFileEnd[] = [];
  let framesBefore = 0;
  for (const file of files) {
    const reader = new CaptureReader(onFrame, { framesBefore });
    const damages: string[] = [];
    const options = { damaged: (what: string) => damages.push(what), meter, reusesPieces: true };
    for await (const piece of readPieces(file, 'capture', options)) {
      reader.push(piece);
      meter.packetsRead(reader.frames);
      await pieceRead();
    }
    const summary = reader.end();
    framesBefore += summary.frames;
    ends.push({ lostPackets: summary.lostPackets, warnings: [...damages, ...warningsOf(file.name, summary)] });
  }
  return ends;
}

function warningsOf(name: string, summary: CaptureSummary): readonly string[] {
  const { error } = summary;
  if (error?.kind === 'not-a-capture') {
    const found = error.looksLike === 'empty' ? 'an empty file' : error.found;
    throw new ClearError(
      'RS_NOT_A_CAPTURE',
      `expected a pcap or pcapng capture at ${name}, got ${found}`,
      remedy(error.looksLike),
    );
  }
  const warnings: string[] = [];
  if (error !== null)
    warnings.push(`${name}: ${error.kind} at byte ${error.offset} (${error.found}); analysed up to there`);
  if (summary.truncatedAt !== null)
    warnings.push(`${name} is cut at byte ${summary.truncatedAt}; analysed up to there`);
  return warnings;
}

/** Formats that hold a capture once they are unpacked; gzip is read as it is. */
const PACKED: ReadonlySet<FileLook> = new Set<FileLook>(['zstd', 'zip', 'xz', 'bzip2']);

function remedy(look: FileLook): string {
  if (PACKED.has(look)) return 'unpack it first';
  return look === 'text' ? 'name the capture; a log goes to --error-log' : 'name the capture';
}
