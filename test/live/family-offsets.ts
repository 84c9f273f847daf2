/** Where the lines of the reset family stand in an error log: what the tailer makes jobs of. */
import { readFile } from 'node:fs/promises';
import { isResetFamily, parseErrorLogLine } from '@resetscope/nginx-log';

const LF = 0x0a;

/** Byte offsets, ascending. */
export async function familyOffsets(path: string): Promise<readonly number[]> {
  const bytes = await readFile(path);
  const offsets: number[] = [];
  for (let start = 0, end = bytes.indexOf(LF); end >= 0; start = end + 1, end = bytes.indexOf(LF, start)) {
    const parsed = parseErrorLogLine(bytes.subarray(start, end));
    if (parsed.kind === 'entry' && isResetFamily(parsed.entry)) offsets.push(start);
  }
  return offsets;
}
