/** Places of the checkout that tests and the demo read. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the checkout: both src/ and dist/ lie three levels below it. */
export function repositoryRoot(): string {
  return fileURLToPath(new URL('../../../', import.meta.url));
}

/** Captures and logs with known truth, kept beside the checkout because of their size; null where they are not. */
export function corpusDir(): string | null {
  const dir = process.env['RESETSCOPE_CORPUS'] ?? join(repositoryRoot(), '..', 'shared', 'corpus');
  return existsSync(join(dir, 'README.md')) ? dir : null;
}
