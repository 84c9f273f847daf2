/** What became of the frames that are no TCP segment: none goes missing without a word. */
import { DECODE_OUTCOMES, type DecodeOutcome } from '@resetscope/wire';

/** Outcomes behind which a TCP connection may hide, and what a reader can do. */
const HIDING: Partial<Record<DecodeOutcome, string>> = {
  fragment: 'IP fragments, which are not put together',
  tunnel: 'packets in a tunnel (VXLAN, GRE, Geneve, IP in IP, MPLS), which is not entered: capture inside it',
  cut: 'packets cut inside their headers: capture with a snap length of 96 or more',
  malformed: 'packets whose headers contradict their length',
  'unknown-link-type': 'packets of a link type that is not read: convert them with editcap -T ether',
};

export class DecodeCounts {
  private readonly counts = new Map<DecodeOutcome, number>();

  note(outcome: DecodeOutcome): void {
    this.counts.set(outcome, (this.counts.get(outcome) ?? 0) + 1);
  }

  /** Frames by outcome, all of them but `tcp`; those that did not occur are left out. */
  get byOutcome(): Readonly<Record<string, number>> {
    return Object.fromEntries(DECODE_OUTCOMES.map((o) => [o, this.of(o)]).filter(([, count]) => count !== 0));
  }

  /** One line for each kind that may hide what is looked for. */
  get warnings(): readonly string[] {
    return DECODE_OUTCOMES.flatMap((outcome) => {
      const count = this.of(outcome);
      const what = HIDING[outcome];
      return count === 0 || what === undefined ? [] : [`${count} ${what}`];
    });
  }

  private of(outcome: DecodeOutcome): number {
    return this.counts.get(outcome) ?? 0;
  }
}
