/** Texts of addresses that come again and again: the IPv4 ones are remembered, since most captures know few hosts. */
import { addressText } from './address.ts';

/** Texts remembered; when it is full it starts anew. */
const REMEMBERED_MAX = 16_384;

export class AddressTexts {
  private readonly known = new Map<number, string>();

  /** addressText of the four words. */
  of(w0: number, w1: number, w2: number, w3: number): string {
    if (w0 !== 0 || w1 !== 0 || w2 !== 0xffff) return addressText(w0, w1, w2, w3);
    const known = this.known.get(w3);
    if (known !== undefined) return known;
    if (this.known.size >= REMEMBERED_MAX) this.known.clear();
    const text = addressText(w0, w1, w2, w3);
    this.known.set(w3, text);
    return text;
  }
}
