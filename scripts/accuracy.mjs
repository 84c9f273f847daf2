/** `node scripts/accuracy.mjs`: scores analyze over the recorded situations again and rewrites docs/accuracy.md. */
import { rewriteGolden } from './golden.mjs';

await rewriteGolden('accuracy');
