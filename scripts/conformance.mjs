/** `node scripts/conformance.mjs`: compares flows with tshark's and Zeek's results again and rewrites docs/conformance.md. */
import { rewriteGolden } from './golden.mjs';

await rewriteGolden('conformance');
