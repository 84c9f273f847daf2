/** Measures again what a document says and rewrites it: the tests that hold the document to it run with UPDATE_GOLDEN=1. */
import { join } from 'node:path';
import { prepare, runScript } from './bootstrap.mjs';
import { runJest } from './run-node.mjs';

/** name: of the script, and of its folder below test/. */
export function rewriteGolden(name) {
  return runScript(`npm run ${name}`, () => {
    prepare([]);
    return runJest([join('test', name)], { env: { ...process.env, UPDATE_GOLDEN: '1' } });
  });
}
