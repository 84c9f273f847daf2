/** Inputs that earlier runs found, one in base64 a line: together they reach what those runs reached. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

function fileOf(name: string): URL {
  return new URL(`./corpus/${name}.txt`, import.meta.url);
}

/** Empty when nothing was saved yet. */
export function readCorpus(name: string): readonly Uint8Array[] {
  const file = fileOf(name);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'latin1').split('\n');
  return lines.filter((line) => line !== '').map((line) => new Uint8Array(Buffer.from(line, 'base64')));
}

export function saveCorpus(name: string, inputs: readonly Uint8Array[]): string {
  mkdirSync(new URL('.', fileOf(name)), { recursive: true });
  writeFileSync(fileOf(name), inputs.map((input) => `${Buffer.from(input).toString('base64')}\n`).join(''));
  return fileURLToPath(fileOf(name));
}
