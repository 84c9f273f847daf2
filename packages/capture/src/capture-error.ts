/** A packet source that could not be opened, for a reason a person can mend. */

export type CaptureErrorCode =
  | 'RS_USAGE'
  | 'RS_INTERFACE_MISSING'
  | 'RS_NO_CAP_NET_RAW'
  | 'RS_AF_PACKET_UNAVAILABLE'
  | 'RS_PROGRAM_MISSING'
  | 'RS_FILE_UNREADABLE'
  | 'RS_NOT_A_CAPTURE';

export class CaptureError extends Error {
  override readonly name = 'CaptureError';
  readonly code: CaptureErrorCode;
  /** What the reader of the message can do, one clause. */
  readonly fix: string;

  /** message: what was expected and what came. */
  constructor(code: CaptureErrorCode, message: string, fix: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.fix = fix;
  }
}
