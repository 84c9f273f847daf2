/** Putting an 802.1Q tag back into an Ethernet frame: behind the two addresses, before the EtherType (IEEE 802.1Q). */

const ADDRESSES_LEN = 12;
const TAG_LEN = 4;
/** The longest frame the ring hands out (snap length) and a tag. */
export const MAX_TAGGED_LEN: number = 65535 + TAG_LEN;

/** Copies the frame with its tag into `into` and returns the part used; a frame without two whole addresses is returned as it is. */
export function insertVlanTag(frame: Uint8Array, tpid: number, tci: number, into: Uint8Array): Uint8Array {
  if (frame.length < ADDRESSES_LEN || frame.length + TAG_LEN > into.length) return frame;
  into.set(frame.subarray(0, ADDRESSES_LEN));
  into[ADDRESSES_LEN] = tpid >>> 8;
  into[ADDRESSES_LEN + 1] = tpid;
  into[ADDRESSES_LEN + 2] = tci >>> 8;
  into[ADDRESSES_LEN + 3] = tci;
  into.set(frame.subarray(ADDRESSES_LEN), ADDRESSES_LEN + TAG_LEN);
  return into.subarray(0, frame.length + TAG_LEN);
}
