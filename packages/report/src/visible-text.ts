/**
 * Text from a log or the wire, safe to print: control bytes, escape sequences and characters that reorder or hide text
 * become `\xNN` or `\u{NNNN}`. Backslashes stay as they are, so the result is for eyes, not for decoding.
 */

/**
 * Unicode general categories (UAX 44 section 5.7.1): controls (C0, DEL, C1), format characters (zero-width and
 * bidirectional controls, soft hyphen, byte order mark), lone surrogates, line and paragraph separators.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function nameCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

/** One line, whatever came in: newlines and tabs are named too. */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, nameCharacter);
}

/** The same, but newlines and tabs stay: for texts of several lines. */
export function visibleLines(text: string): string {
  return text.replace(INVISIBLE, (character) =>
    character === '\n' || character === '\t' ? character : nameCharacter(character),
  );
}
