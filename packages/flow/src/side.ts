/** The two ends of a connection. */

/** originator sent the SYN; packets do not know who serves. */
export type Side = 'originator' | 'responder';

export function otherSide(side: Side): Side {
  return side === 'originator' ? 'responder' : 'originator';
}
