/** A thread that reads the captures by itself, follows its share of their connections, and posts what it found. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Share } from '@resetscope/flow';
import { readCaptureFiles } from './capture-file.ts';
import { CaptureShare } from './capture-share.ts';
import type { InputFile } from './input-file.ts';
import type { SilentEnds } from './silent-ends.ts';

export interface ShareTask {
  readonly files: readonly InputFile[];
  readonly silent: SilentEnds;
  readonly share: Share;
}

const { files, silent, share } = workerData as ShareTask;
const found = new CaptureShare(silent, share);
await readCaptureFiles(files, (frame) => found.add(frame));
parentPort?.postMessage(found.end());
