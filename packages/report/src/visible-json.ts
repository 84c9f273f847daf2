/** JSON for pipes and for eyes: text from logs and packets that would steer a terminal is written as `\uNNNN`. */

/**
 * Unicode general categories (UAX 44 section 5.7.1) of what steers, hides or reorders text: controls (DEL, C1), format
 * characters, separators. A newline stays: JSON.stringify escapes those of strings, and puts others between values only.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const STEERING = /[\0-\t\v-\x1f\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The same JSON as JSON.stringify makes. indent: spaces per level; 0: all on one line. */
export function visibleJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(STEERING, (character) =>
    Array.from({ length: character.length }, (_, at) => escapeUnit(character.charCodeAt(at))).join(''),
  );
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
