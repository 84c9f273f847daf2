/**
 * Module hook: TypeScript sources to JavaScript, with a counter in every block, branch and default of the sources under
 * test. A counter is one byte of `globalThis.resetscopeFuzz` (see coverage.ts). Counts blocks, not the edges between
 * them; optional chains are not counted.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from '@babel/parser';
import { transform } from '@swc/core';

/** What the targets exercise; other sources are only stripped of their types. */
const UNDER_TEST = /\/packages\/(?:wire|nginx-log|flow)\/src\/[^/]+\.ts$/;

/** Node's load hook. */
export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
  const text = await readFile(fileURLToPath(url), 'utf8');
  const { code } = await transform(UNDER_TEST.test(url) ? instrument(text) : text, {
    filename: fileURLToPath(url),
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
  });
  return { format: 'module', source: code, shortCircuit: true };
}

/** The same module with its counters. */
export function instrument(text) {
  const edits = [];
  let count = 0;
  const tick = () => `fuzzed[${count++}]++`;
  const wrap = ({ start, end }, open, close) => edits.push({ at: start, text: open }, { at: end, text: close });
  const asExpression = (node) => wrap(node, `(${tick()}, `, ')');
  const asStatement = (node) => {
    if (node.type === 'BlockStatement') return; // counted as a block
    wrap(node, `{ ${tick()}; `, '}');
  };
  visit(parse(text, { sourceType: 'module', plugins: ['typescript'] }).program, (node) => {
    switch (node.type) {
      case 'BlockStatement':
        edits.push({ at: node.start + 1, text: ` ${tick()};` });
        break;
      case 'IfStatement':
        asStatement(node.consequent);
        if (node.alternate) asStatement(node.alternate);
        break;
      case 'ForStatement':
      case 'ForOfStatement':
      case 'ForInStatement':
      case 'WhileStatement':
        asStatement(node.body);
        break;
      case 'SwitchCase':
        if (node.consequent.length > 0) edits.push({ at: node.consequent[0].start, text: `${tick()}; ` });
        break;
      case 'ConditionalExpression':
        asExpression(node.consequent);
        asExpression(node.alternate);
        break;
      case 'LogicalExpression':
      case 'AssignmentPattern':
        asExpression(node.right);
        break;
      case 'ArrowFunctionExpression':
        if (node.body.type !== 'BlockStatement') asExpression(node.body);
    }
  });
  return `const fuzzed = globalThis.resetscopeFuzz.take(${count});${applied(text, edits)}`;
}

function visit(node, seen) {
  seen(node);
  for (const [key, value] of Object.entries(node)) {
    if (key === 'loc' || key.endsWith('Comments')) continue;
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === 'string') visit(child, seen);
    }
  }
}

function applied(text, edits) {
  edits.sort((a, b) => a.at - b.at); // stable: of two at one offset the outer opens first; their ends are alike
  let from = 0;
  const pieces = edits.map((edit) => {
    const piece = text.slice(from, edit.at) + edit.text;
    from = edit.at;
    return piece;
  });
  return pieces.join('') + text.slice(from);
}
