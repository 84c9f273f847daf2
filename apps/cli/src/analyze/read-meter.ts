/** What the reading of a file tells while it goes on: one method per event. Reading knows nothing of who listens. */

export interface ReadMeter {
  /** totalBytes: the file's size as stored; null when it does not say (a pipe). */
  fileOpened(name: string, totalBytes: number | null): void;
  /** Bytes as stored, of a gzipped file the compressed ones, since the last call. */
  bytesRead(count: number): void;
  /** Packets of this file so far. */
  packetsRead(count: number): void;
}

export const SILENT_METER: ReadMeter = { fileOpened() {}, bytesRead() {}, packetsRead() {} };
