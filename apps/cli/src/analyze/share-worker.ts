/** A thread that reads the captures by itself, follows its share of their connections, and posts what it found. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Share } from '@resetscope/flow';
import { readCaptureFiles } from './capture-file.ts';
import { type CaptureInterest, CaptureShare } from './capture-share.ts';
import type { InputFile } from './input-file.ts';

export interface ShareTask {
  readonly files: readonly InputFile[];
  readonly interest: CaptureInterest;
  readonly share: Share;
}

const { files, interest, share } = workerData as ShareTask;
const found = new CaptureShare(interest, share);
await readCaptureFiles(files, (frame) => found.add(frame));
parentPort?.postMessage(found.end());
