/** Style sheet, script and icon: real files, read once at the start, named by their content so that browsers may keep them. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

export interface Asset {
  readonly name: string;
  readonly contentType: string;
  readonly body: Buffer;
  /** Address with the content's hash: `/assets/app.css?v=1a2b3c4d`. */
  readonly href: string;
}

export type AssetName = 'app.css' | 'app.js' | 'incident.css' | 'incident.js' | 'icon.svg';

export type Assets = Readonly<Record<AssetName, Asset>>;

export async function loadAssets(): Promise<Assets> {
  return {
    'app.css': asset('app.css', 'text/css; charset=utf-8', await shared('page.css'), await own('app.css')),
    'app.js': asset('app.js', 'text/javascript; charset=utf-8', await shared('copy.js'), await own('app.js')),
    'incident.css': asset('incident.css', 'text/css; charset=utf-8', await own('incident.css')),
    'incident.js': asset('incident.js', 'text/javascript; charset=utf-8', await own('incident.js')),
    'icon.svg': asset('icon.svg', 'image/svg+xml', await shared('icon.svg')),
  };
}

/** The folder lies beside src/ and dist/ alike. */
function own(name: string): Promise<Buffer> {
  return readFile(new URL(`../assets/${name}`, import.meta.url));
}

/** What every page with incidents has, this server's or a file's. */
function shared(name: string): Promise<Buffer> {
  return readFile(createRequire(import.meta.url).resolve(`@resetscope/report/assets/${name}`));
}

/** The parts, one after the other, as one file. */
function asset(name: AssetName, contentType: string, ...parts: readonly Buffer[]): Asset {
  const body = Buffer.concat(parts);
  const version = createHash('sha256').update(body).digest('hex').slice(0, 8);
  return { name, contentType, body, href: `/assets/${name}?v=${version}` };
}
