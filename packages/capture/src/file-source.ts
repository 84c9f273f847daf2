/** A capture file as a packet source: pcap or pcapng, read in pieces, with the times it holds. */
import { closeSync, openSync, readSync } from 'node:fs';
import { CaptureReader } from '@resetscope/wire';
import { CaptureError } from './capture-error.ts';
import type { FrameSink, PacketSource, SourceStats } from './packet-source.ts';

/** Bytes read per drain. */
const PIECE_LEN = 256 * 1024;

/** Opens a file that is not compressed. @throws CaptureError when it cannot be read or is no capture. */
export function openFile(path: string): PacketSource {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (cause) {
    const code = (cause as { code?: string }).code ?? 'an error';
    throw new CaptureError(
      'RS_FILE_UNREADABLE',
      `expected a capture file at ${path}, got ${code}`,
      'check path and rights',
      cause,
    );
  }
  return new FileSource(fd, path);
}

class FileSource implements PacketSource {
  readonly name = 'file';
  readonly clock = 'file';
  readonly subject: string;
  private readonly piece = new Uint8Array(PIECE_LEN);
  private readonly reader: CaptureReader;
  private fd: number | null;
  private onFrame: FrameSink = () => undefined;
  private frames = 0;
  private lastUs = 0;

  constructor(fd: number, path: string) {
    this.fd = fd;
    this.subject = path;
    this.reader = new CaptureReader((frame) => {
      this.frames++;
      this.lastUs = Math.max(this.lastUs, frame.tsUs);
      this.onFrame(frame, 0);
    });
  }

  /** Infinity once the file is read to its end. */
  get reachUs(): number {
    return this.fd === null ? Number.POSITIVE_INFINITY : this.lastUs;
  }

  /** The next piece of the file. @throws CaptureError at its end, when it was no capture. */
  drain(onFrame: FrameSink): number {
    if (this.fd === null) return 0;
    const before = this.frames;
    this.onFrame = onFrame;
    const length = readSync(this.fd, this.piece);
    this.reader.push(this.piece.subarray(0, length));
    if (length === 0) this.finish();
    return this.frames - before;
  }

  stats(): SourceStats {
    return { received: this.frames, dropped: 0 };
  }

  close(): void {
    if (this.fd !== null) closeSync(this.fd);
    this.fd = null;
  }

  private finish(): void {
    this.close();
    const { error } = this.reader.end();
    if (error === null || this.frames > 0) return;
    const message = `expected a pcap or pcapng file at ${this.subject}, got ${JSON.stringify(error)}`;
    throw new CaptureError('RS_NOT_A_CAPTURE', message, 'decompress it first if it is compressed');
  }
}
