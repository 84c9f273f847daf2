/**
 * HPACK (RFC 7541), one direction: the fields of header blocks, static and dynamic table, Huffman strings. A block of which
 * bytes are missing empties the dynamic table: entries are counted from the newest, so later ones are found again, and
 * what is no longer known is null, never wrong. The table is kept up to 64 KiB, whatever its encoder chose.
 */
import { latin1 } from './http-head.ts';
import { decodeHuffman } from './http2-huffman.ts';

/** RFC 9113 section 6.5.2, SETTINGS_HEADER_TABLE_SIZE. */
const TABLE_SIZE_DEFAULT = 4096;
/** What Chrome announces (measured); a larger table's oldest entries are not known here. */
const TABLE_SIZE_MAX = 65_536;
/** RFC 7541 section 4.1. */
const ENTRY_OVERHEAD = 32;
/** Bytes of an integer beyond its prefix: values to 2^28, longer than any header block. */
const INTEGER_BYTES_MAX = 4;

/** Null where the dynamic table is not known. */
export interface HeaderField {
  readonly name: string | null;
  readonly value: string | null;
}

const UNKNOWN: HeaderField = { name: null, value: null };

/** RFC 7541 Appendix A: index 1 first. */
const STATIC_TABLE: readonly HeaderField[] = [
  ':authority',
  ':method GET',
  ':method POST',
  ':path /',
  ':path /index.html',
  ':scheme http',
  ':scheme https',
  ...['200', '204', '206', '304', '400', '404', '500'].map((status) => `:status ${status}`),
  'accept-charset',
  'accept-encoding gzip, deflate',
  ...'accept-language accept-ranges accept access-control-allow-origin age allow authorization cache-control'.split(
    ' ',
  ),
  ...'content-disposition content-encoding content-language content-length content-location content-range'.split(' '),
  ...'content-type cookie date etag expect expires from host if-match if-modified-since if-none-match'.split(' '),
  ...'if-range if-unmodified-since last-modified link location max-forwards proxy-authenticate'.split(' '),
  ...'proxy-authorization range referer refresh retry-after server set-cookie strict-transport-security'.split(' '),
  ...'transfer-encoding user-agent vary via www-authenticate'.split(' '),
].map((entry) => {
  const space = entry.indexOf(' ');
  return space === -1 ? { name: entry, value: '' } : { name: entry.slice(0, space), value: entry.slice(space + 1) };
});

export class HpackDecoder {
  /** Newest first. */
  private readonly dynamic: HeaderField[] = [];
  private size = 0;
  private maxSize = TABLE_SIZE_DEFAULT;
  private block: Uint8Array = new Uint8Array(0);
  private pos = 0;

  /** isWhole: no byte of the block is missing. Returns the fields up to the first that cannot be read. */
  decode(block: Uint8Array, isWhole: boolean): readonly HeaderField[] {
    this.block = block;
    this.pos = 0;
    const fields: HeaderField[] = [];
    let isReadable = true;
    while (this.pos < block.length && isReadable) isReadable = this.representation(fields);
    if (!isWhole || !isReadable) this.forget();
    return fields;
  }

  /** Blocks were missed: what the table holds is not known any more. */
  forget(): void {
    this.dynamic.length = 0;
    this.size = 0;
  }

  /** RFC 7541 section 6; false when it cannot be read. */
  private representation(fields: HeaderField[]): boolean {
    const first = this.block[this.pos] as number;
    if (first >= 0x80) {
      const index = this.integer(7);
      if (index !== null) fields.push(this.entry(index));
      return index !== null;
    }
    if (first >= 0x20 && first < 0x40) {
      const maxSize = this.integer(5);
      if (maxSize !== null) this.resize(maxSize);
      return maxSize !== null;
    }
    const isIndexed = first >= 0x40;
    const field = this.literal(isIndexed ? 6 : 4);
    if (field === null) return false;
    fields.push(field);
    if (isIndexed) this.add(field);
    return true;
  }

  private literal(prefixBits: number): HeaderField | null {
    const index = this.integer(prefixBits);
    if (index === null) return null;
    const name = index === 0 ? this.string() : this.entry(index).name;
    if (index === 0 && name === null) return null;
    const value = this.string();
    return value === null ? null : { name, value };
  }

  /** RFC 7541 section 5.1; null when it is cut or too large. */
  private integer(prefixBits: number): number | null {
    const prefixMax = 2 ** prefixBits - 1;
    let value = (this.block[this.pos++] ?? 0) & prefixMax;
    if (value < prefixMax) return value;
    for (let i = 0; i < INTEGER_BYTES_MAX; i++) {
      const byte = this.block[this.pos++];
      if (byte === undefined) return null;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    return null;
  }

  /** RFC 7541 section 5.2; null when it is cut or no Huffman code. */
  private string(): string | null {
    const isHuffman = (this.block[this.pos] ?? 0) >= 0x80;
    const length = this.integer(7);
    if (length === null || this.pos + length > this.block.length) return null;
    const bytes = this.block.subarray(this.pos, this.pos + length);
    this.pos += length;
    return isHuffman ? decodeHuffman(bytes) : latin1(bytes, 0, length);
  }

  private entry(index: number): HeaderField {
    return STATIC_TABLE[index - 1] ?? this.dynamic[index - 1 - STATIC_TABLE.length] ?? UNKNOWN;
  }

  private add(field: HeaderField): void {
    this.dynamic.unshift(field);
    this.size += sizeOf(field);
    this.evict();
  }

  private resize(maxSize: number): void {
    this.maxSize = Math.min(maxSize, TABLE_SIZE_MAX);
    this.evict();
  }

  private evict(): void {
    while (this.size > this.maxSize) {
      const oldest = this.dynamic.pop();
      this.size -= oldest === undefined ? this.size : sizeOf(oldest);
    }
  }
}

function sizeOf({ name, value }: HeaderField): number {
  return (name?.length ?? 0) + (value?.length ?? 0) + ENTRY_OVERHEAD;
}
