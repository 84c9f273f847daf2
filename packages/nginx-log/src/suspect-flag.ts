/** Reasons to doubt that nginx wrote a line as it stands (nginx-error-log.md 1.4 and section 3, rule 8). */

export type SuspectFlag =
  /** An action from before the request was read, yet an upstream or subrequest: text of the client, taken as such. */
  | 'upstream-before-request'
  /** `http:/10.0.0.1`: nginx writes two slashes, `merge_slashes` leaves one in a decoded path. */
  | 'single-slash-upstream'
  /** Not a phrase of nginx itself: a derivative, a module, or invented. */
  | 'unknown-action'
  /** `[error] ... while waiting for request`: nginx has no such line. */
  | 'error-level-before-request'
  /** The level contradicts the message or, in stream, the action: a client's socket logs at info, an upstream's at error. */
  | 'level-contradicts-text'
  /** A byte below 0x20, or 0x7f. Raw client bytes get into the log; terminals may act on them. */
  | 'control-bytes'
  /** The subrequest or the upstream URI could hold a field delimiter of the client's making. */
  | 'ambiguous-fields'
  /** A quoted value has no end and the line was not cut at the limit: a newline within the value ended it. */
  | 'unclosed-quote'
  /** Stands within nginx's line limit of a quoted value that a newline ended: may be the rest of that value. */
  | 'after-unclosed-quote'
  /** The next physical line has no stamp: the tail of the value that this line was smuggled in with. */
  | 'before-continuation'
  /** Stamped seconds before the line that stands before it in the file. */
  | 'stamp-goes-back';
