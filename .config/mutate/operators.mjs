/** What may become of an expression. */
import ts from 'typescript'

const { SyntaxKind: Kind } = ts

const text = (node) => node.getText()
const over = (node, kind, becomes) => ({ start: node.getStart(), end: node.getEnd(), kind, becomes })

/** Only its truth counts, and that of the whole condition is changed anyway. */
export const isCondition = (node) => {
  const { parent } = node
  if (ts.isIfStatement(parent) || ts.isWhileStatement(parent)) return parent.expression === node
  if (ts.isConditionalExpression(parent) || ts.isForStatement(parent)) return parent.condition === node
  if (ts.isParenthesizedExpression(parent)) return isCondition(parent)
  if (ts.isPrefixUnaryExpression(parent)) return parent.operator === Kind.ExclamationToken && isCondition(parent)
  if (ts.isBinaryExpression(parent)) return isEither(parent.operatorToken.kind) && isCondition(parent)
  return false
}

const isEither = (kind) => kind === Kind.AmpersandAmpersandToken || kind === Kind.BarBarToken
const isText = (node) => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)

const BOUNDARY = new Map([
  [Kind.LessThanToken, '<='], [Kind.LessThanEqualsToken, '<'], [Kind.GreaterThanToken, '>='], [Kind.GreaterThanEqualsToken, '>'],
])
const OPPOSITE = new Map([
  [Kind.LessThanToken, '>='], [Kind.LessThanEqualsToken, '>'], [Kind.GreaterThanToken, '<='], [Kind.GreaterThanEqualsToken, '<'],
  [Kind.EqualsEqualsEqualsToken, '!=='], [Kind.ExclamationEqualsEqualsToken, '==='],
])
const ARITHMETIC = new Map([
  [Kind.PlusToken, '-'], [Kind.MinusToken, '+'], [Kind.AsteriskToken, '/'], [Kind.SlashToken, '*'], [Kind.PercentToken, '*'],
  [Kind.LessThanLessThanToken, '>>'], [Kind.GreaterThanGreaterThanToken, '<<'], [Kind.GreaterThanGreaterThanGreaterThanToken, '<<'],
  [Kind.AmpersandToken, '|'], [Kind.BarToken, '&'], [Kind.CaretToken, '|'],
  [Kind.PlusEqualsToken, '-='], [Kind.MinusEqualsToken, '+='], [Kind.QuestionQuestionEqualsToken, '='],
])

const isSame = (node, kind) => ts.isBinaryExpression(node) && node.operatorToken.kind === kind
const operandsOf = (node, kind) => (isSame(node, kind) ? [...operandsOf(node.left, kind), node.right] : [node])

/** `a && b && c` without each of them in turn. */
function* chainChanges(node) {
  const { kind } = node.operatorToken
  if (isSame(node.parent, kind) && node.parent.left === node) return
  const operands = operandsOf(node, kind).map(text)
  const glue = ` ${text(node.operatorToken)} `
  for (const [index] of operands.entries()) yield over(node, 'operand', operands.filter((_, at) => at !== index).join(glue))
}

function* binaryChanges(node) {
  const { left, right, operatorToken } = node
  const kind = operatorToken.kind
  if (isEither(kind) || kind === Kind.QuestionQuestionToken) yield* chainChanges(node)
  if (BOUNDARY.has(kind)) yield over(operatorToken, 'boundary', BOUNDARY.get(kind))
  if (OPPOSITE.has(kind) && !isCondition(node)) yield over(operatorToken, 'comparison', OPPOSITE.get(kind))
  if (ARITHMETIC.has(kind) && !isText(left) && !isText(right)) yield over(operatorToken, 'arithmetic', ARITHMETIC.get(kind))
}

function* unaryChanges(node) {
  const { operator, operand } = node
  if (operator === Kind.PlusPlusToken || operator === Kind.MinusMinusToken) {
    const becomes = operator === Kind.PlusPlusToken ? '--' : '++'
    yield over(node, 'arithmetic', ts.isPrefixUnaryExpression(node) ? `${becomes}${text(operand)}` : `${text(operand)}${becomes}`)
  }
  if (operator === Kind.MinusToken) yield over(node, 'arithmetic', text(operand))
  if (operator === Kind.ExclamationToken && !isCondition(node)) yield over(node, 'condition', text(operand))
}

/** Small numbers are sizes and places, where one more shows; great ones are measures, where only much more does. */
const LARGE = 100
const anotherNumber = (node) => {
  const value = Number(text(node).replaceAll('_', ''))
  return String(value < LARGE ? value + 1 : value * 2)
}

const isName = (node) => {
  const { parent } = node
  if ((ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) && parent.name === node) return true
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isLiteralTypeNode(parent)) return true
  // What an invariant says when it is broken.
  return ts.isCallExpression(parent) && text(parent.expression) === 'invariant'
}

function* literalChanges(node) {
  if (node.kind === Kind.TrueKeyword) yield over(node, 'literal', 'false')
  if (node.kind === Kind.FalseKeyword) yield over(node, 'literal', 'true')
  if (ts.isNumericLiteral(node) && !isName(node)) yield over(node, 'literal', anotherNumber(node))
  const isCompared = node.parent && ts.isBinaryExpression(node.parent) && isCondition(node.parent)
  if (isText(node) && !isName(node) && !isCompared) yield over(node, 'literal', text(node).length > 2 ? "''" : "'mutated'")
}

/** Methods whose receiver is of the kind that they give: left out, nobody may notice. */
const LEFT_OUT = new Set(['filter', 'sort', 'reverse', 'slice', 'subarray', 'trim', 'normalize'])
const SWAPPED = new Map([
  ['some', 'every'], ['every', 'some'], ['min', 'max'], ['max', 'min'], ['startsWith', 'endsWith'], ['ceil', 'floor'], ['floor', 'ceil'],
])

function* callChanges(node) {
  const { expression } = node
  if (!ts.isPropertyAccessExpression(expression)) return
  const name = text(expression.name)
  if (LEFT_OUT.has(name)) yield over(node, 'method', text(expression.expression))
  if (SWAPPED.has(name)) yield over(expression.name, 'method', SWAPPED.get(name))
}

export function* expressionChanges(node) {
  if (ts.isBinaryExpression(node)) yield* binaryChanges(node)
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) yield* unaryChanges(node)
  if (ts.isCallExpression(node)) yield* callChanges(node)
  if (node.questionDotToken) yield over(node.questionDotToken, 'optional', ts.isPropertyAccessExpression(node) ? '.' : '')
  if (ts.isSpreadElement(node)) yield over(node.expression, 'spread', '[]')
  if (ts.isSpreadAssignment(node)) yield over(node.expression, 'spread', '{}')
  yield* literalChanges(node)
}
