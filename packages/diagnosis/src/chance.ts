/** How likely events without a common cause fall together (Poisson). */

/** Probability of `count` events or more where `expected` come on average; expected: 0 or more. */
export function chanceOf(count: number, expected: number): number {
  let term = Math.exp(-expected);
  let fewer = 0;
  for (let n = 0; n < count; n++) {
    fewer += term;
    term *= expected / (n + 1);
  }
  return Math.max(0, 1 - fewer);
}
