/** The mutants of a source file: small changes, each of which a test should notice. Text ranges over the tree that TypeScript reads.
 *  Types, imports, details of errors and what is logged are left alone: no behaviour hangs on them. */
import ts from 'typescript'
import { expressionChanges } from './operators.mjs'

const { SyntaxKind: Kind } = ts

const isLogged = (node) =>
  ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.expression.getText() === 'logger'

/** The details of an error are for whoever looks for a cause. */
const isDetails = (node) =>
  node.parent && ts.isNewExpression(node.parent) && node.parent.expression.getText() === 'PeerError' && node.parent.arguments.indexOf(node) > 0

const isLeftAlone = (node) =>
  ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isImportDeclaration(node) ||
  ts.isExportDeclaration(node) || ts.isTypeParameterDeclaration(node) || isLogged(node) || isDetails(node)

const range = (node) => [node.getStart(), node.getEnd()]
const replace = (node, kind, becomes) => ({ start: range(node)[0], end: range(node)[1], kind, becomes })

const conditionOf = (node) => {
  if (ts.isIfStatement(node)) return node.expression
  if (ts.isConditionalExpression(node)) return node.condition
  return undefined
}

const isLoop = (node) => ts.isForStatement(node) || ts.isForOfStatement(node) || ts.isWhileStatement(node)
const isRemovable = (node) => isLoop(node) || (ts.isExpressionStatement(node) && !isLogged(node.expression))
const isNothing = (node) => ['undefined', 'true', 'false', '{}'].includes(node.getText())

function* statementChanges(node) {
  const condition = conditionOf(node)
  if (condition) {
    yield replace(condition, 'condition', 'true')
    yield replace(condition, 'condition', 'false')
  }
  if (isRemovable(node)) yield replace(node, 'statement', '{}')
  if (ts.isBreakStatement(node) && node.parent.kind === Kind.CaseClause) yield replace(node, 'statement', '{}')
  if (ts.isReturnStatement(node) && node.expression && !isNothing(node.expression)) yield replace(node.expression, 'result', 'undefined')
  const body = ts.isArrowFunction(node) && !ts.isBlock(node.body) ? node.body : undefined
  if (body && !isNothing(body) && !isLogged(body)) yield replace(body, 'result', 'undefined')
}

const NAMED = [ts.isVariableDeclaration, ts.isPropertyAssignment, ts.isFunctionDeclaration, ts.isMethodDeclaration]

/** The names of the functions around it, outermost first: says which of two equal lines is meant. */
const placeOf = (node) => {
  const path = []
  for (let at = node; at; at = at.parent) {
    if (NAMED.some((isNamed) => isNamed(at)) && at.name && ts.isIdentifier(at.name)) path.unshift(at.name.text)
  }
  return path.join('.')
}

const oneLine = (text) => text.replace(/\s+/g, ' ').trim()

/** Mutants of one file, in the order of the text. `id` survives moved lines: place, text and what becomes of it.
 *  @returns {{ id, file, place, line, kind, start, end, was, becomes, code }[]} `code` is the line it begins on */
export const mutantsOf = (file, text) => {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found = []
  const visit = (node) => {
    if (isLeftAlone(node)) return
    for (const change of [...statementChanges(node), ...expressionChanges(node)]) found.push({ ...change, place: placeOf(node) })
    ts.forEachChild(node, visit)
  }
  visit(source)
  const lines = text.split('\n')
  const times = new Map()
  return found.sort((a, b) => a.start - b.start || a.end - b.end).map((change) => {
    const at = source.getLineAndCharacterOfPosition(change.start)
    const was = oneLine(text.slice(change.start, change.end))
    const code = lines[at.line].trim()
    const becomes = oneLine(change.becomes)
    const key = [file, change.place, code, was, becomes].join('\n')
    times.set(key, (times.get(key) ?? 0) + 1)
    const nth = times.get(key) > 1 ? { nth: times.get(key) } : {}
    return { ...change, file, line: at.line + 1, was, code, id: { place: change.place, code, was, becomes, ...nth } }
  })
}

export const mutate = (text, { start, end, becomes }) => text.slice(0, start) + becomes + text.slice(end)
