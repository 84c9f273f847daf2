/** Strings that grow letter by letter, as nodes of one tree: alike connections spell alike, so a letter costs no new string. */

/** Nodes remembered in one tree: the histories of ordinary traffic are some hundred; random flags cannot fill the memory. */
const REMEMBERED_MAX = 16_384;

interface Budget {
  left: number;
}

export class Spelling {
  readonly text: string;
  private readonly longer = new Map<string, Spelling>();
  private readonly budget: Budget;

  constructor(text: string, budget: Budget = { left: REMEMBERED_MAX }) {
    this.text = text;
    this.budget = budget;
  }

  /** The spelling with one more letter. */
  with(letter: string): Spelling {
    const known = this.longer.get(letter);
    if (known !== undefined) return known;
    const made = new Spelling(this.text + letter, this.budget);
    if (this.budget.left > 0) {
      this.budget.left--;
      this.longer.set(letter, made);
    }
    return made;
  }
}
