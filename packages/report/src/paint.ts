/** Colours of a terminal (ECMA-48 section 8.3.117, SGR); plain text when colour is off. */

export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

const ESCAPE = '\u001b';

/** The text must be free of escape sequences: what comes from outside goes through visibleText first. */
export function makePaint(color: boolean): Paint {
  const sgr =
    (start: number, end: number) =>
    (text: string): string =>
      color && text !== '' ? `${ESCAPE}[${start}m${text}${ESCAPE}[${end}m` : text;
  return {
    bold: sgr(1, 22),
    dim: sgr(2, 22),
    red: sgr(31, 39),
    green: sgr(32, 39),
    yellow: sgr(33, 39),
    cyan: sgr(36, 39),
  };
}
