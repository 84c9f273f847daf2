/** Style sheet, script and icon: real files, read once at the start, named by their content so that browsers may keep them. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

export interface Asset {
  readonly name: string;
  readonly contentType: string;
  readonly body: Buffer;
  /** Address with the content's hash: `/assets/app.css?v=1a2b3c4d`. */
  readonly href: string;
}

export type AssetName = 'app.css' | 'app.js' | 'icon.svg';

export type Assets = Readonly<Record<AssetName, Asset>>;

export async function loadAssets(): Promise<Assets> {
  return {
    'app.css': await loadAsset('app.css', 'text/css; charset=utf-8'),
    'app.js': await loadAsset('app.js', 'text/javascript; charset=utf-8'),
    'icon.svg': await loadAsset('icon.svg', 'image/svg+xml'),
  };
}

/** The folder lies beside src/ and dist/ alike. */
async function loadAsset(name: AssetName, contentType: string): Promise<Asset> {
  const body = await readFile(new URL(`../assets/${name}`, import.meta.url));
  const version = createHash('sha256').update(body).digest('hex').slice(0, 8);
  return { name, contentType, body, href: `/assets/${name}?v=${version}` };
}
