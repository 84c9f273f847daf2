/** How far an answer can be trusted: what the packets at hand could tell, and what they could not. */

export interface Trust {
  readonly sawSyn: boolean;
  readonly tls: boolean;
  /** Packets the capture lost inside the window searched; null when the source cannot tell. */
  readonly lostPackets: number | null;
  /** Capture clock minus log clock. */
  readonly clockOffsetSeconds: number;
  /** Microseconds from the reset on the wire to the reading of the line; null offline. */
  readonly readDelayUs: number | null;
  readonly flags: readonly string[];
  /** Absent when nobody knows where the packets begin and end. */
  readonly reach?: PacketReach;
}

/** Which time the packets at hand cover, seen from the line. */
export interface PacketReach {
  /** Where they are from: the rolling ring, or capture files. */
  readonly source: 'ring' | 'capture';
  /** Microseconds from the first moment covered to the line; negative: it begins after the line. In the ring, when the line was looked at first. */
  readonly beforeUs: number;
  /** Microseconds from the line to the last moment covered; negative: it ends before the line. */
  readonly afterUs: number;
  /** Holes in it where the line's packets may have been, in order of time. */
  readonly gaps: readonly ReachGap[];
}

export interface ReachGap {
  readonly durationUs: number;
  /** 0 when nobody could count them. */
  readonly lostPackets: number;
  /** `kernel-drop`, `restart` and the like, as the source names it. */
  readonly reason: string;
}
