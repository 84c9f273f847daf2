/**
 * When a connection number was surely given: `*N` grows with every accept (nginx-error-log section 4), so a line with a
 * number of at least N bounds the accept of N from above. Only inside one process: numbers begin again at 1 with a new
 * master. Fed with every line of a log, of the reset family or not; keeps one pair per process and second.
 */
interface Mark {
  /** Highest number seen by then. */
  serial: number;
  readonly stampUs: number;
}

export class SerialLog {
  private readonly marks = new Map<number, Mark[]>();

  /** A line as it comes in its file; stampUs: start of its second. */
  note(pid: number, serial: number, stampUs: number): void {
    const marks = this.marks.get(pid);
    const last = marks?.at(-1);
    if (marks === undefined || last === undefined) this.marks.set(pid, [{ serial, stampUs }]);
    else if (serial > last.serial && stampUs <= last.stampUs) last.serial = serial;
    else if (serial > last.serial) marks.push({ serial, stampUs });
  }

  /** The connection had been accepted before the end of the second that starts here, in the log's clock; null: not known. */
  acceptedByUs(pid: number, serial: number): number | null {
    const marks = this.marks.get(pid) ?? [];
    let from = 0;
    let to = marks.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((marks[middle] as Mark).serial < serial) from = middle + 1;
      else to = middle;
    }
    return marks[from]?.stampUs ?? null;
  }
}
