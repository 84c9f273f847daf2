/** `--html FILE`: the page of a run on disk, with style and script inside it. */
import { createHash } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import {
  type Analysis,
  type InlineAsset,
  type ReportAssets,
  type ReportSources,
  renderAnalysisHtml,
} from '@resetscope/report';
import { notWritten } from './not-written.ts';

/** Owner only: it holds addresses and requests. */
const PRIVATE_MODE = 0o600;

/** Replaces a file of that name once the page is whole. @throws ClearError when it cannot be written. */
export async function writeReport(path: string, analysis: Analysis, sources: ReportSources): Promise<void> {
  const page = renderAnalysisHtml(analysis, sources, await loadReportAssets());
  try {
    const found = await stat(path).catch(() => null);
    // A device or a pipe takes the page as it comes; renaming would put a file in its place.
    if (found === null || found.isFile()) await replaceFile(path, page);
    else await writeFile(path, page);
  } catch (error) {
    throw notWritten(`the page to ${path}`, error, 'choose a file that can be written');
  }
}

async function replaceFile(path: string, page: string): Promise<void> {
  const partialPath = `${path}.partial`;
  await rm(partialPath, { force: true });
  try {
    await writeFile(partialPath, page, { mode: PRIVATE_MODE, flag: 'wx' });
    await rename(partialPath, path);
  } catch (error) {
    await rm(partialPath, { force: true });
    throw error;
  }
}

async function loadReportAssets(): Promise<ReportAssets> {
  return {
    style: inline(await readAsset('page.css'), await readAsset('report.css')),
    script: inline(await readAsset('copy.js'), await readAsset('report.js')),
    icon: (await readAsset('icon.svg')).trim(),
  };
}

function readAsset(name: string): Promise<string> {
  return readFile(createRequire(import.meta.url).resolve(`@resetscope/report/assets/${name}`), 'utf8');
}

function inline(...parts: readonly string[]): InlineAsset {
  const text = parts.join('\n');
  return { text, sha256: createHash('sha256').update(text).digest('base64') };
}
