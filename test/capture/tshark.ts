/** tshark as the oracle for what packets mean: which connection they belong to, and which of them are resets. */
import { execFileSync } from 'node:child_process';

/** Rows of the fields asked for, of the packets of a capture file that the display filter selects. */
export function tsharkFields(file: string, filter: string, fields: readonly string[]): readonly (readonly string[])[] {
  const wanted = fields.flatMap((field) => ['-e', field]);
  // Every number raw, every packet by itself.
  const preferences = ['-o', 'tcp.relative_sequence_numbers:FALSE', '-o', 'tcp.desegment_tcp_streams:FALSE'];
  const args = ['-n', '-r', file, ...preferences, '-Y', filter, '-T', 'fields', '-E', 'separator=,', ...wanted];
  const output = execFileSync('tshark', args, {
    encoding: 'latin1',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 2 ** 28,
  });
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(','));
}
