/** Documents with measured numbers are goldens: tests hold them to what they measure, a script rewrites them. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from '@jest/globals';

/** With UPDATE_GOLDEN=1 the file is written instead. script: what to run for that, for the message. */
export function expectGolden(path: string, measured: string, script: string): void {
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, measured);
  const committed = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (committed === measured) return;
  expect({ fix: `node ${script}`, document: committed }).toEqual({ fix: `node ${script}`, document: measured });
}
