/* Finds the mutants of a source file, and writes the file with all of those that were chosen, each behind a switch. */
import ts from 'typescript';

/** What an operator becomes: its boundary moved, and the opposite. */
const operators = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '&&': ['||'],
  '||': ['&&'],
  '+': ['-'],
  '-': ['+'],
  '*': ['+'],
  '/': ['*'],
  '%': ['*'],
  '<<': ['>>'],
  '>>': ['<<'],
  '>>>': ['<<'],
  '&': ['|'],
  '|': ['&'],
  '+=': ['-='],
  '-=': ['+='],
  '&&=': ['||='],
  '||=': ['&&='],
};

const removable = new Set([
  ts.SyntaxKind.ExpressionStatement,
  ts.SyntaxKind.BreakStatement,
  ts.SyntaxKind.ContinueStatement,
  ts.SyntaxKind.ThrowStatement,
]);

/** The mutants of a file in the order of its text: `{ line, what, words, node, text }`. */
export function findMutants(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const mutants = [];
  const add = (node, what, mutated) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    const words = text.split('\n')[line]?.trim();
    mutants.push({ start: node.getStart(), end: node.getEnd(), line: line + 1, what, words, mutated });
  };
  const visit = (node) => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    if (ts.isImportDeclaration(node)) return;
    if (ts.isBinaryExpression(node)) {
      const operator = node.operatorToken.getText();
      const left = text.slice(node.left.getStart(), node.left.getEnd());
      const right = text.slice(node.right.getStart(), node.right.getEnd());
      const joins = operator === '+' && [node.left, node.right].some((side) => /^['"`]/.test(side.getText()));
      for (const other of joins ? [] : (operators[operator] ?? [])) {
        const { line } = source.getLineAndCharacterOfPosition(node.operatorToken.getStart());
        add(node, `${operator} as ${other}`, `${left} ${other} ${right}`);
        const last = mutants[mutants.length - 1];
        last.line = line + 1;
        last.words = text.split('\n')[line]?.trim();
      }
    } else if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
      add(node, '! removed', node.operand.getText());
    } else if (ts.isPostfixUnaryExpression(node)) {
      const other = node.operator === ts.SyntaxKind.PlusPlusToken ? '--' : '++';
      add(node, `as ${other}`, node.operand.getText() + other);
    } else if (node.kind === ts.SyntaxKind.TrueKeyword && !ts.isLiteralTypeNode(node.parent)) {
      add(node, 'true as false', 'false');
    } else if (node.kind === ts.SyntaxKind.FalseKeyword && !ts.isLiteralTypeNode(node.parent)) {
      add(node, 'false as true', 'true');
    } else if (
      (ts.isCallExpression(node) || ts.isIdentifier(node) || ts.isPropertyAccessExpression(node)) &&
      (ts.isIfStatement(node.parent) ? node.parent.expression : node.parent.condition) === node
    ) {
      add(node, 'negated', `!(${node.getText()})`);
    } else if (removable.has(node.kind) && !node.getText().startsWith('super(')) {
      add(node, 'removed', null);
    } else if (ts.isReturnStatement(node) && node.expression === undefined) {
      add(node, 'removed', null);
    }
    node.forEachChild(visit);
  };
  visit(source);
  return mutants;
}

/** The file with mutants, each of which takes effect if `globalThis.mutation.reach` of its number says so. */
export function withSwitches(text, mutants) {
  const inside = (outer, inner) => inner.start >= outer.start && inner.end <= outer.end;
  const write = (from, to, left) => {
    let out = '';
    let at = from;
    const queue = [...left].sort((a, b) => a.start - b.start || b.end - a.end);
    while (queue.length > 0) {
      const [first] = queue;
      const same = queue.filter(({ start, end }) => start === first.start && end === first.end);
      const inner = queue.filter((each) => !same.includes(each) && inside(first, each));
      out += text.slice(at, first.start);
      let piece = write(first.start, first.end, inner);
      for (const { number, mutated } of same) {
        const reached = `globalThis.mutation.reach(${number})`;
        piece =
          mutated === null ? `{ if (!${reached}) { ${piece} } }` : `(${reached} ? (${mutated}) : (${piece}))`;
      }
      out += piece;
      at = first.end;
      for (const each of [...same, ...inner]) queue.splice(queue.indexOf(each), 1);
    }
    return out + text.slice(at, to);
  };
  return write(0, text.length, mutants);
}
