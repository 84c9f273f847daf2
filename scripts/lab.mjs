/** `npm run lab`: makes new cases with known truth by real nginx and real sockets; see test/lab/README.md. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const lab = fileURLToPath(new URL('../test/lab/', import.meta.url));
const child = spawn(
  process.execPath,
  [
    '--conditions=@resetscope/source',
    '--import',
    join(lab, 'load-typescript.mjs'),
    join(lab, 'main.ts'),
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
child.once('close', (code) => {
  process.exitCode = code ?? 1;
});
